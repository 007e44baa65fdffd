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

output "peak" {
  value = portcullis_gpu_pool.scoring.burst.replicas_max
}
