data "portcullis_gpu_inventory" "all" {}

output "total" {
  value = data.portcullis_gpu_inventory.all.total
}

output "digest" {
  value = data.portcullis_gpu_inventory.all.digest
}
