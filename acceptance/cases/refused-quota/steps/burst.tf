resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 4
  }

  burst {
    replicas_max = 3
    for          = "2h"
    on_shortfall = "error"
  }
}
