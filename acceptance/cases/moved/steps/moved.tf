resource "portcullis_gpu_pool" "serving" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 4
    same_node        = true
  }
}

moved {
  from = portcullis_gpu_pool.scoring
  to   = portcullis_gpu_pool.serving
}
