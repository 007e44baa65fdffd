resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer-eu"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card and account transactions"
  environment = "production"

  subject {
    connector       = "cluster"
    namespace       = "infer"
    service_account = "fraud-runtime"
  }

  credentials {
    max_ttl   = "10m"
    audiences = ["bao"]
  }
}
