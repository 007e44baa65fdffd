resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = [portcullis_group.release.id]
    may      = ["rollout"]
  }

  runtime {
    read {
      object = "vault:secret/models/fraud"
    }
  }
}

data "portcullis_cedar_policies" "fraud" {
  split = portcullis_permission_split.fraud.id
}

output "policies" {
  value = data.portcullis_cedar_policies.fraud.policies
}

output "schema" {
  value = data.portcullis_cedar_policies.fraud.schema
}

output "enforcement" {
  value = { for one in data.portcullis_cedar_policies.fraud.enforcement : one.clause => one.enforcement }
}

output "complete" {
  value = data.portcullis_cedar_policies.fraud.complete
}
