resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  regions   = ["eu-west-1"]
  zones_min = 2

  gpu {
    models           = ["H200"]
    replicas         = 4
    gpus_per_replica = 4
    driver_min       = "570.86"
    cuda_min         = "12.8"
    health           = "healthy"
  }
}
