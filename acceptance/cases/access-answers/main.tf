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

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main"]
    may      = ["rollout"]
  }

  runtime {
    read {
      object = "vault:secret/models/fraud"
    }
    call {
      object = "service:ledger-api"
    }
  }

  separation {
    enforce = "warn"
  }
}

data "portcullis_effective_access" "fraud" {
  subject    = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_permission_split.fraud]
}

data "portcullis_effective_access" "deployer" {
  subject    = "ci:github:acme/fraud:ref:main"
  depends_on = [portcullis_permission_split.fraud]
}

data "portcullis_change_authority" "fraud" {
  over       = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_permission_split.fraud]
}

data "portcullis_credential_locations" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_permission_split.fraud]
}

data "portcullis_orphans" "all" {
  depends_on = [portcullis_permission_split.fraud]
}

output "services" {
  value = data.portcullis_effective_access.fraud.services
}

output "declared" {
  value = data.portcullis_effective_access.fraud.declared
}

# What the API server lets the account itself do in its namespace.
output "granted" {
  value = [
    for one in data.portcullis_effective_access.fraud.permissions : "${one.operation} on ${one.object} by ${one.granted_by}"
    if one.direct && startswith(one.object, "infer/")
  ]
}

output "deployer_becomes" {
  value = [for one in data.portcullis_effective_access.deployer.identities : one.to if !strcontains(one.to, "system")]
}

output "deployer_reads" {
  value = [
    for one in data.portcullis_effective_access.deployer.permissions : one.object
    if !one.direct && one.operation == "get secrets" && startswith(one.object, "infer/")
  ]
}

# The accounts of the cluster's own controllers may do nearly everything.
output "who_changes_it" {
  value = [
    for one in data.portcullis_change_authority.fraud.authorities : "${one.duty}: ${one.path}"
    if !strcontains(one.from, "system")
  ]
}

output "credentials" {
  value = [
    for one in data.portcullis_credential_locations.fraud.locations : "${one.relation} ${one.kind} ${one.location}"
  ]
}

output "orphans" {
  value = [for one in data.portcullis_orphans.all.orphans : one.what if !strcontains(one.what, "system")]
}

output "orphans_missing" {
  value = data.portcullis_orphans.all.missing
}

output "complete" {
  value = [
    data.portcullis_effective_access.fraud.complete,
    data.portcullis_change_authority.fraud.complete,
    data.portcullis_credential_locations.fraud.complete,
  ]
}

check "fraud_reaches_only_what_it_needs" {
  assert {
    condition     = toset(data.portcullis_effective_access.fraud.services) == toset(["ledger-api"])
    error_message = data.portcullis_effective_access.fraud.explanation
  }
}
