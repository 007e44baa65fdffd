resource "portcullis_gpu_pool" "training" {
  name  = "training"
  owner = "team:research"

  gpu {
    models           = ["H200"]
    mig_profile      = "3g.71gb"
    mig_divide       = true
    replicas         = 2
    gpus_per_replica = 1
  }
}
