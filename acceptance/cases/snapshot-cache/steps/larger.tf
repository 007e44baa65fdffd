data "portcullis_gpu_inventory" "all" {}

output "total" {
  value = data.portcullis_gpu_inventory.all.total
}

output "digest" {
  value = data.portcullis_gpu_inventory.all.digest
}

resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 4
    gpus_per_replica = 1
  }
}
