resource "portcullis_duty_constraint" "two_people" {
  name    = "two-people"
  owner   = "team:security"
  duties  = ["deploy", "approve", "grant"]
  at_most = 1
}
