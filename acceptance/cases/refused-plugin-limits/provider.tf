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
    config = { url = "http://127.0.0.1:9" }

    allow {
      request {
        url     = "http://127.0.0.1:9"
        methods = ["GET"]
        phases  = ["planning"]
      }
    }

    limits {
      memory_mib = 5000
    }
  }
}
