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
    max_age = "5m"
  }

  connector "lab" {
    plugin = "fleet"
    config = { path = "fleet.csv" }
  }
}
