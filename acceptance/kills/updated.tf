terraform {
  required_providers {
    portcullis = {
      source = "portcullis/portcullis"
    }
  }
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "lab" {
    plugin = "fleet"
    config = { path = "fleet.csv" }
  }
}

resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:risk-ml"
  members = ["user:ana", "user:bo"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card and account transactions"
  environment = "production"
}

resource "portcullis_gpu_pool" "scoring" {
  name     = "scoring-h200"
  owner    = "team:platform"
  workload = portcullis_workload_identity.fraud.id

  gpu {
    models           = ["H200"]
    replicas         = 3
    gpus_per_replica = 2
    same_node        = true
  }
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release]

  deploy {
    subjects = ["group:ml-release"]
    may      = ["rollout", "rollback"]
  }

  runtime {
    subjects = ["user:chi"]

    use {
      pool     = portcullis_gpu_pool.scoring.id
      max_gpus = 8
    }
  }
}
