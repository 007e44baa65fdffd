terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

variable "openbao_url" {
  type = string
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "bao" {
    plugin = "openbao"
    config = { url = var.openbao_url }

    allow {
      hosts   = [var.openbao_url]
      reads   = ["${var.openbao_url}/v1/auth/token/lookup-accessor"]
      secrets = ["BAO_TOKEN"]
    }
  }
}
