terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "account" {
    plugin = "aws"
    config = { iam = "http://127.0.0.1:9" }

    allow {
      hosts = ["http://127.0.0.1:9"]

      sigv4 {
        url               = "http://127.0.0.1:9"
        service           = "iam"
        region            = "us-east-1"
        access_key_id     = "READER_KEY_ID"
        secret_access_key = "READER_KEY"
        session_token     = "READER_TOKEN"
      }
    }
  }
}
