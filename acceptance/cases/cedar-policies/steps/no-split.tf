data "portcullis_cedar_policies" "fraud" {
  split = "production/nobody"
}
