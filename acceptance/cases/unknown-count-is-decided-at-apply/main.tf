resource "terraform_data" "replicas" {
  input = 9
}

resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = terraform_data.replicas.output
    gpus_per_replica = 4
    same_node        = true
  }
}
