output "environment" {
  value = provider::portcullis::parse_spiffe_id("spiffe://acme.example/production/fraud-scorer").environment
}
