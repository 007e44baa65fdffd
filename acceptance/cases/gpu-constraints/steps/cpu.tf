resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  zones = ["eu-west-1b"]

  gpu {
    models           = ["H200"]
    replicas              = 4
    gpus_per_replica      = 2
    cpu_milli_per_replica = 16000
  }
}
