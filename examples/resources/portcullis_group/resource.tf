resource "portcullis_group" "leads" {
  name    = "ml-leads"
  owner   = "team:platform"
  members = ["user:eve"]
}

resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:platform"
  members = ["user:ana", "user:bo", portcullis_group.leads.id]
}
