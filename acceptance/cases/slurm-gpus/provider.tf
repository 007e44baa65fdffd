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
    plugin = "slurm"
    config = { url = var.slurm_url, user = var.slurm_user }

    allow {
      hosts   = [var.slurm_url]
      secrets = ["SLURM_JWT"]
    }
  }
}

variable "slurm_url" {
  type = string
}

variable "slurm_user" {
  type = string
}
