output "two_halves" {
  value = provider::portcullis::mig_fits("A100-80GB", ["3g.40gb", "3g.40gb"]) # true
}

output "two_halves_and_a_slice" {
  value = provider::portcullis::mig_fits("A100-80GB", ["3g.40gb", "3g.40gb", "1g.10gb"]) # false
}
