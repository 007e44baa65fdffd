output "model" {
  value = provider::portcullis::gpu_model("NVIDIA H20O")
}

output "environment" {
  value = provider::portcullis::parse_spiffe_id("https://acme.example/production/fraud-scorer").environment
}

output "halves_fit" {
  value = provider::portcullis::mig_fits("A100-80GB", ["3g.71gb"])
}

output "a_slice_beside_halves_fits" {
  value = provider::portcullis::mig_fits("A100", ["3g.40gb"])
}

output "memory" {
  value = provider::portcullis::gpu_memory("H20O")
}

output "memory_of_an_instance" {
  value = provider::portcullis::gpu_memory("H200", "1g.8gb")
}

output "memory_that_nobody_tells" {
  value = provider::portcullis::gpu_memory("B200", "1g.23gb")
}
