terraform {
  required_providers {
    portcullis = {
      source  = "portcullis/portcullis"
      version = "~> 0.1"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  ledger {
    url = "sqlite:.portcullis/ledger.db"
  }

  inventory {
    max_age        = "5m"
    on_stale       = "error"
    on_unavailable = "error"
  }

  connector "here" {
    plugin = "nvml" # built in: the GPUs of this host
  }

  connector "cluster" {
    plugin = "fleet" # built in: a CSV, TOML or JSON file
    config = { path = "fleet.csv" }
  }
}
