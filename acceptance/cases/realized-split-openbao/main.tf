resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  target "bao" {
    settings = {
      role            = "fraud"
      bound_subject   = "system:serviceaccount:infer:fraud-runtime"
      bound_audiences = ["bao"]
    }
  }
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main"]
    may      = ["rollout"]
  }

  runtime {
    read {
      object = "vault:secret/models/fraud"
    }
  }

  target "bao" {}
}

output "enforcement" {
  value = {
    for one in portcullis_permission_split.fraud.realized["bao"].enforcement :
    one.clause => one.enforcement
  }
}
