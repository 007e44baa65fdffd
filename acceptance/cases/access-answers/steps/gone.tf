terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  inventory {
    timeout = "20s"
  }

  connector "cluster" {
    plugin = "kubernetes"
    config = { url = "https://127.0.0.1:9" }

    allow {
      hosts = ["https://127.0.0.1:9"]
    }
  }
}

variable "kubernetes_url" {
  type = string
}

variable "kubernetes_ca_file" {
  type = string
}
