resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    mig_profile      = "3g.71gb"
    mig_divide       = true
    replicas         = 1
    gpus_per_replica = 1
  }
}
