resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"

  subject {
    connector       = "cluster"
    namespace       = "infer"
    service_account = "fraud-runtime"
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
      object = "secret:infer/fraud-model-key"
    }
  }
}
