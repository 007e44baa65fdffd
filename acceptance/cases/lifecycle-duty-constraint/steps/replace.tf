resource "portcullis_duty_constraint" "two_people" {
  name    = "four-eyes"
  owner   = "team:security"
  duties  = ["deploy", "approve", "grant"]
  at_most = 1
}
