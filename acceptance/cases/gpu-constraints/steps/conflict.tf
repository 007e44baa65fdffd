resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  zones = []

  gpu {
    models           = ["H200"]
    replicas              = 1
    gpus_per_replica      = 8
    same_node             = false
    cpu_milli_per_replica = 16000
  }
}
