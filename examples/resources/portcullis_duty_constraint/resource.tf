# Whoever ships something approves nothing, in any workspace.
resource "portcullis_duty_constraint" "two_people" {
  name    = "two-people"
  owner   = "team:security"
  duties  = ["deploy", "approve"]
  at_most = 1
}
