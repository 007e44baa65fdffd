resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:risk-ml"

  gpu {
    models                = ["NVIDIA H200"]
    replicas              = 2
    gpus_per_replica      = 4
    cpu_milli_per_replica = 40000
  }

  burst {
    replicas_max = 4
    for          = "2h"
  }
}

resource "portcullis_gpu_pool" "tests" {
  name       = "tests"
  owner      = "team:platform"
  depends_on = [portcullis_gpu_pool.scoring]

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
  }

  burst {
    replicas_max = 2
    for          = "90m"
    on_shortfall = "error"
  }
}
