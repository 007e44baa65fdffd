output "model" {
  value = provider::portcullis::gpu_model("NVIDIA H20O")
}

output "environment" {
  value = provider::portcullis::parse_spiffe_id("https://acme.example/production/fraud-scorer").environment
}
