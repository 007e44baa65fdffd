resource "portcullis_group" "release" {
  name    = "ml-release-eu"
  members = ["user:ana", "user:bo"]
}
