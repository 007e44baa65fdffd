resource "portcullis_workload_identity" "ranking" {
  name        = "ranking"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"
}

# Bo may roll back during the release freeze, and not a day longer.
resource "portcullis_grant" "freeze" {
  subject   = "user:bo"
  operation = "rollback"
  object    = "workload:${portcullis_workload_identity.ranking.id}"
  reason    = "Release freeze: only the on-call engineer rolls back"
  owner     = "team:risk-ml"
  until     = "2099-12-01T00:00:00Z"
}
