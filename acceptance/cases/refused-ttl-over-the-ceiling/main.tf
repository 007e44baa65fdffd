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

  credentials {
    max_ttl   = "26h"
    audiences = ["bao"]
  }
}
