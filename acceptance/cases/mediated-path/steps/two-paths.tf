resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana", "user:dee"]
}

resource "portcullis_group" "oncall" {
  name    = "ml-oncall"
  owner   = "team:risk-ml"
  members = ["user:chi", "user:dee", "user:ana"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release, portcullis_group.oncall]

  deploy {
    subjects = ["group:ml-release"]
    may      = ["rollout"]
  }

  runtime {
    subjects = ["group:ml-oncall"]
  }

  separation {
    mediation {
      step          = "user:dee --member of--> group:ml-oncall"
      justification = "On-call access is handed out per shift by the duty manager"
      approved_by   = "group:security"
      until         = "2127-03-31T00:00:00Z"
    }
  }
}
