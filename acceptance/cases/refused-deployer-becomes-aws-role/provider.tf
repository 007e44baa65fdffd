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

variable "aws_url" {
  type = string
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "cluster" {
    plugin = "kubernetes"

    config = {
      url        = var.kubernetes_url
      assumed_by = { "sa:infer/fraud-deploy" = ["ci:github:acme/fraud:ref:main"] }
    }

    allow {
      hosts          = [var.kubernetes_url]
      secrets        = ["KUBERNETES_TOKEN"]
      ca_certificate = file(var.kubernetes_ca_file)
    }
  }

  connector "account" {
    plugin = "aws"
    config = { iam = var.aws_url }

    allow {
      hosts = [var.aws_url]

      sigv4 {
        url     = var.aws_url
        service = "iam"
        region  = "us-east-1"
      }
    }
  }
}
