resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:platform"
  members = ["user:ana", "user:bo", "group:ml-leads"]
}
