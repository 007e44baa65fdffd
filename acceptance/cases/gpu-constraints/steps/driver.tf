resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  regions = ["eu-west-1"]

  gpu {
    models           = ["H200"]
    replicas         = 6
    gpus_per_replica = 4
    driver_min       = "570.86"
  }
}
