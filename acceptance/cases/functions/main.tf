output "model" {
  value = provider::portcullis::gpu_model("NVIDIA H200")
}

output "spiffe_id" {
  value = provider::portcullis::spiffe_id("acme.example", "production", "fraud-scorer")
}

output "environment" {
  value = provider::portcullis::parse_spiffe_id("spiffe://acme.example/production/fraud-scorer").environment
}

output "halves_fit" {
  value = provider::portcullis::mig_fits("NVIDIA A100-SXM4-80GB", ["3g.40gb", "3g.40gb"])
}

output "a_slice_beside_halves_fits" {
  value = provider::portcullis::mig_fits("A100-80GB", ["3g.40gb", "3g.40gb", "1g.10gb"])
}

output "memory" {
  value = provider::portcullis::gpu_memory("NVIDIA H100 80GB HBM3")
}

output "memory_of_an_instance" {
  value = provider::portcullis::gpu_memory("H200", "1g.18gb")
}
