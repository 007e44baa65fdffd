terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

variable "aws_url" {
  type = string
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "account" {
    plugin = "aws"

    config = {
      iam      = var.aws_url
      clusters = { "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE" = "cluster" }
    }

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
