# Who can ship the fraud model, widen what it may do, or replace its credentials?
data "portcullis_change_authority" "fraud" {
  over = "sa:cluster/infer/fraud-runtime"
}

output "who_can_widen_it" {
  value = [for one in data.portcullis_change_authority.fraud.authorities : one.path if one.duty == "grant"]
}
