# Where do the credentials of the fraud model live, and who else can read them?
data "portcullis_credential_locations" "fraud" {
  workload = "sa:cluster/infer/fraud-runtime"
}

output "read_by_others" {
  value = { for one in data.portcullis_credential_locations.fraud.locations : one.location => one.readers }
}
