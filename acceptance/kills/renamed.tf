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
  name    = "ml-release-eu"
  owner   = "team:risk-ml"
  members = ["user:ana"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer-eu"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_gpu_pool" "scoring" {
  name     = "scoring-h200-eu"
  owner    = "team:platform"
  workload = portcullis_workload_identity.fraud.id

  gpu {
    models           = ["H200"]
    replicas         = 2
    gpus_per_replica = 2
    same_node        = true
  }
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release]

  deploy {
    subjects = ["group:ml-release-eu"]
    may      = ["rollout"]
  }

  runtime {
    subjects = ["user:chi"]

    use {
      pool     = portcullis_gpu_pool.scoring.id
      max_gpus = 8
    }
  }
}
