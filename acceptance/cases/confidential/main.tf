resource "portcullis_gpu_pool" "scoring" {
  name  = "scoring"
  owner = "team:platform"

  gpu {
    models           = ["H200"]
    replicas         = 1
    gpus_per_replica = 2
  }
}

data "portcullis_gpu_inventory" "all" {}

output "asked" {
  value = { for source in data.portcullis_gpu_inventory.all.asked : source.name => source.status }
}

output "total" {
  value = data.portcullis_gpu_inventory.all.total
}
