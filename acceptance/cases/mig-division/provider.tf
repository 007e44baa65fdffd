terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "here" {
    plugin = "nvml"
  }
}
