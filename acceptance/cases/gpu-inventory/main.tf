data "portcullis_gpu_inventory" "h200" {
  models = ["H200"]
}

output "free" {
  value = data.portcullis_gpu_inventory.h200.free
}
