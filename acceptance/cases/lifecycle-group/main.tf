resource "portcullis_group" "release" {
  name    = "ml-release"
  members = ["user:ana"]
}
