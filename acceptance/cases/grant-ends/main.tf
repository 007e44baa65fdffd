resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_grant" "freeze" {
  subject   = "user:eve"
  operation = "rotate_credentials"
  object    = "workload:${portcullis_workload_identity.fraud.id}"
  reason    = "Rotates after the incident"
  owner     = "team:risk-ml"
  until     = "UNTIL"
}
