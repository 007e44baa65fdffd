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
      hosts          = [var.kubernetes_url]
      ca_certificate = file(var.kubernetes_ca_file)

      client_certificate {
        url              = var.kubernetes_url
        certificate_file = var.kubernetes_certificate_file
        key_file         = var.kubernetes_key_file
      }
    }
  }
}

variable "kubernetes_url" {
  type = string
}

variable "kubernetes_ca_file" {
  type = string
}

variable "kubernetes_certificate_file" {
  type = string
}

variable "kubernetes_key_file" {
  type = string
}
