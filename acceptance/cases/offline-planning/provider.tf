terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

variable "key_file" {
  default = "snapshots.pub"
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "lab" {
    plugin = "snapshot"
    config = {
      path    = "snapshot.json"
      key     = split("\n", file(var.key_file))[1]
      max_age = "1h"
    }
  }
}
