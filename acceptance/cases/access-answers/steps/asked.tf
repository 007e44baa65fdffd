resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"

  subject {
    connector       = "cluster"
    namespace       = "infer"
    service_account = "fraud-runtime"
  }
}

data "portcullis_effective_access" "fraud" {
  subject = portcullis_workload_identity.fraud.id
}

data "portcullis_change_authority" "fraud" {
  over = portcullis_workload_identity.fraud.id
}

data "portcullis_credential_locations" "fraud" {
  workload = portcullis_workload_identity.fraud.id
}

data "portcullis_orphans" "all" {
  depends_on = [portcullis_workload_identity.fraud]
}

output "unknown" {
  value = [
    data.portcullis_effective_access.fraud.complete,
    data.portcullis_change_authority.fraud.complete,
    data.portcullis_credential_locations.fraud.complete,
    data.portcullis_orphans.all.complete,
  ]
}
