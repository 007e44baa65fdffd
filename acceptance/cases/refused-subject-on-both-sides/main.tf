resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana", "group:ml-leads"]
}

resource "portcullis_group" "leads" {
  name    = "ml-leads"
  owner   = "team:risk-ml"
  members = ["user:dee"]
}

resource "portcullis_group" "oncall" {
  name    = "ml-oncall"
  owner   = "team:risk-ml"
  members = ["user:chi", "user:dee"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release, portcullis_group.leads, portcullis_group.oncall]

  deploy {
    subjects = ["group:ml-release"]
    may      = ["rollout"]
  }

  runtime {
    subjects = ["group:ml-oncall"]

    read {
      object = "vault:secret/models/fraud"
    }
  }
}
