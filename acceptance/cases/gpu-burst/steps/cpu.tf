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

# What `scoring` was promised of its node is not there for others, although its source does not count it as used.
resource "portcullis_gpu_pool" "loader" {
  name  = "loader"
  owner = "team:data"

  gpu {
    models                = ["H200"]
    replicas              = 2
    gpus_per_replica      = 1
    cpu_milli_per_replica = 90000
  }
}
