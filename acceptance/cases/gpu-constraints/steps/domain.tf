resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"
  regions = ["eu-west-1"]

  gpu {
    models           = ["H200"]
    replicas           = 2
    gpus_per_replica   = 16
    same_nvlink_domain = true
  }
}
