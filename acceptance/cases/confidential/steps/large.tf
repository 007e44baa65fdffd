resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 20000
    gpus_per_replica = 2
  }
}
