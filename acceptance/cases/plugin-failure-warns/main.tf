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
    max_ttl   = "15m"
    audiences = ["bao"]
  }
}

resource "portcullis_gpu_pool" "scoring" {
  name     = "scoring"
  owner    = "team:platform"
  workload = portcullis_workload_identity.fraud.id

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 4
    same_node        = true
  }
}
