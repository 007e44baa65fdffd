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
    plugin       = "prometheus"
    confidential = true
    config       = { url = var.prometheus_url }

    allow {
      hosts = [var.prometheus_url]
    }
  }
}

variable "prometheus_url" {
  type = string
}
