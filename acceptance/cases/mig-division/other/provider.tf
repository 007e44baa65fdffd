terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  ledger {
    url = "sqlite:../.portcullis/ledger.db"
  }

  connector "here" {
    plugin = "nvml"
  }
}
