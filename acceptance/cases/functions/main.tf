output "model" {
  value = provider::portcullis::gpu_model("NVIDIA H200")
}

output "spiffe_id" {
  value = provider::portcullis::spiffe_id("acme.example", "production", "fraud-scorer")
}

output "environment" {
  value = provider::portcullis::parse_spiffe_id("spiffe://acme.example/production/fraud-scorer").environment
}
