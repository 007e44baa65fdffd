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

data "portcullis_access_paths" "fraud" {
  to = portcullis_workload_identity.fraud.id
}

# The accounts of the cluster's own controllers may do nearly everything.
output "side_doors" {
  value = sort([
    for one in data.portcullis_access_paths.fraud.paths : one.path
    if one.side_door && !strcontains(one.from, "system")
  ])
}

output "told_by" {
  value = data.portcullis_access_paths.fraud.sources
}

output "complete" {
  value = data.portcullis_access_paths.fraud.complete
}
