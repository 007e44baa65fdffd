resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  target "cluster" {
    settings = {
      namespace       = "infer"
      service_account = "fraud-runtime"
    }
  }
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main"]
    may      = ["read_logs"]
  }

  runtime {
    read {
      object = "secret:infer/other-key"
    }
    call {
      object = "service:ledger-api"
    }
  }

  target "cluster" {
    settings = {
      namespace = "infer"
    }
  }
}

output "enforcement" {
  value = {
    for one in portcullis_permission_split.fraud.realized["cluster"].enforcement :
    one.clause => one.enforcement
  }
}
