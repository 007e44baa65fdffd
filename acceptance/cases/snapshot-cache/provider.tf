terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  inventory {
    reuse_max_age = "10m"
  }

  connector "lab" {
    plugin = "fleet"
    config = { path = "fleet.toml" }
  }
}
