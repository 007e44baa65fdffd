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
    config = { urll = "http://127.0.0.1:9", idle_below_mib = "much" }
  }
}
