resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
    same_node        = true
  }
}

resource "portcullis_gpu_pool" "embedding" {
  name  = "embedding"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    mig_profile      = "1g.18gb"
    replicas         = 1
    gpus_per_replica = 1
  }
}
