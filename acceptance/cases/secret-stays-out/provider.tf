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
    config = { url = var.prometheus_url, token = true }

    allow {
      hosts   = [var.prometheus_url]
      secrets = ["PROMETHEUS_TOKEN"]
    }
  }
}

variable "prometheus_url" {
  type = string
}
