output "spiffe_id" {
  value = provider::portcullis::spiffe_id("acme.example", "production", "fraud-scorer")
}
