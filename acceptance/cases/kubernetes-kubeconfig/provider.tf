terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "cluster" {
    plugin = "kubernetes"
    config = { url = var.kubernetes_url }

    allow {
      hosts = [var.kubernetes_url]

      kubeconfig {
        path    = "${path.root}/kubeconfig"
        command = ["./credential"]
        inherit = ["KUBERNETES_TOKEN"]
      }
    }
  }
}

variable "kubernetes_url" {
  type = string
}

