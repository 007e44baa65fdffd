resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana", "user:bo"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_workload_identity" "other" {
  name        = "fraud-trainer"
  class       = "training"
  owner       = "team:risk-ml"
  purpose     = "Trains the fraud model"
  environment = "production"
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release]

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main", "group:ml-release"]
    may      = ["rollout", "rollback", "read_logs"]
  }

  runtime {
    subjects = ["user:chi"]

    read {
      object = "vault:secret/models/fraud"
    }
    call {
      object = "service:ledger-api"
    }
  }
}
