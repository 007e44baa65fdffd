terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "lab" {
    plugin = "prometheus"
    config = { url = "http://127.0.0.1:9", token = true }

    allow {
      hosts   = ["http://127.0.0.1:9"]
      secrets = ["PROMETHEUS_TOKEN"]
    }
  }
}
