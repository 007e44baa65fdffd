output "model" {
  value = provider::portcullis::gpu_model("NVIDIA H100 80GB HBM3") # "H100-80GB"
}
