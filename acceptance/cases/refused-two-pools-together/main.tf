resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 4
    same_node        = true
  }
}

resource "portcullis_gpu_pool" "training" {
  name  = "training"
  owner = "team:platform"

  depends_on = [portcullis_gpu_pool.scoring] # only so that the same one is judged last each time

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 4
    same_node        = true
  }
}
