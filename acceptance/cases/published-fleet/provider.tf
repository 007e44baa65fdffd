terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "files" {
    plugin = "snapshot"
    config = { path = "snapshots", max_age = "15m" }
  }

  connector "recorded" {
    plugin     = "snapshot"
    config     = { ledger = "sqlite:published.db", max_age = "15m" }
    on_failure = "warn"
  }
}
