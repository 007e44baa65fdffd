output "whole" {
  value = provider::portcullis::gpu_memory("NVIDIA H200") # 143771
}

output "instance" {
  value = provider::portcullis::gpu_memory("H200", "1g.18gb") # 16384
}
