resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  regions   = ["eu-west-1"]
  zones_min = 3

  gpu {
    models           = ["H200"]
    replicas         = 6
    gpus_per_replica = 4
  }
}
