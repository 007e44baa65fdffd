resource "portcullis_gpu_pool" "before" {
  name         = "before"
  owner        = "team:platform"
  on_shortfall = "warn"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
  }
}

resource "portcullis_gpu_pool" "after" {
  name         = "after"
  owner        = "team:platform"
  on_shortfall = "warn"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 7
  }
}
