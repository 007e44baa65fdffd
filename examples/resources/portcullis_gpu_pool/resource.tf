resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring-h200"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 4
    same_node        = true
    memory_mib_min   = 140000
  }

  sources       = ["here"]
  minimum_grade = "counted" # firm > counted > level > listed
  on_shortfall  = "error"
}
