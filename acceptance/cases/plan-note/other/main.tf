resource "portcullis_gpu_pool" "batch" {
  name  = "batch"
  owner = "team:research"

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 1
  }
}
