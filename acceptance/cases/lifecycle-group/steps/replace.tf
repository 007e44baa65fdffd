resource "portcullis_group" "release" {
  name    = "ml-release-eu"
  owner   = "team:risk-ml"
  members = ["user:ana", "user:bo"]
}
