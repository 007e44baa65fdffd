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
    plugin = "./prometheus.wasm"
    config = { url = "http://127.0.0.1:9" }
  }
}
