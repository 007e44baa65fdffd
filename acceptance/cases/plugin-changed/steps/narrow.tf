terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "lab" {
    plugin = "prometheus"
    config = { url = var.prometheus_url }

    allow {
      hosts = ["${var.prometheus_url}/api/v1"]
    }
  }
}

variable "prometheus_url" {
  type = string
}
