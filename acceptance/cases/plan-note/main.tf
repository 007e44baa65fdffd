resource "portcullis_gpu_pool" "training" {
  name  = "training"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
  }
}
