# What can the fraud model come to do?
data "portcullis_effective_access" "fraud" {
  subject = "sa:cluster/infer/fraud-runtime"
}

check "fraud_reaches_only_what_it_needs" {
  assert {
    condition     = toset(data.portcullis_effective_access.fraud.services) == toset(["ledger-api"])
    error_message = data.portcullis_effective_access.fraud.explanation
  }
}
