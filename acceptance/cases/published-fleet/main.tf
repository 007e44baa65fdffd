data "portcullis_gpu_inventory" "files" {
  sources = ["files"]
}

data "portcullis_gpu_inventory" "recorded" {
  sources = ["recorded"]
}

output "files" {
  value = data.portcullis_gpu_inventory.files.free
}

output "recorded" {
  value = data.portcullis_gpu_inventory.recorded.free
}
