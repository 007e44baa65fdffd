resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_grant" "freeze" {
  subject   = "user:chi"
  operation = "rollback"
  object    = "workload:${portcullis_workload_identity.fraud.id}"
  reason    = "Release freeze"
  owner     = "team:risk-ml"
  until     = "2099-12-01T00:00:00Z"
}
