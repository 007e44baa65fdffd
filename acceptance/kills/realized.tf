terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

variable "kubernetes_url" {
  type = string
}

variable "kubernetes_ca_file" {
  type = string
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "cluster" {
    plugin = "kubernetes"

    config = {
      url = var.kubernetes_url
    }

    allow {
      hosts          = [var.kubernetes_url]
      secrets        = ["KUBERNETES_TOKEN"]
      ca_certificate = file(var.kubernetes_ca_file)
    }
  }
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  target "cluster" {
    settings = {
      namespace       = "infer"
      service_account = "fraud-runtime"
    }
  }
}
