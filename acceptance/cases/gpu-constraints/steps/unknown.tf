resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  regions = ["us-east-1"]

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 8
    driver_min       = "570.86"
  }
}
