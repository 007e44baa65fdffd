resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 1
  }
}

data "portcullis_gpu_inventory" "all" {}

output "total" {
  value = data.portcullis_gpu_inventory.all.total
}
