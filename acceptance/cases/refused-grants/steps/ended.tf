resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana"]
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main", portcullis_group.release.id]
    may      = ["rollout"]
  }

  runtime {
    call {
      object = "service:ledger-api"
    }
  }
}

resource "portcullis_grant" "freeze" {
  subject   = "user:bo"
  operation = "rollback"
  object    = "workload:${portcullis_workload_identity.fraud.id}"
  reason    = "Release freeze"
  owner     = "team:risk-ml"
  until     = "2026-01-01T00:00:00Z"
}
