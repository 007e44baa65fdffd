resource "portcullis_gpu_pool" "training" {
  name  = "training"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
  }
}

resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 3
    gpus_per_replica = 1
  }
}
