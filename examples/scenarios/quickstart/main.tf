# A fraud model on four H200s: who it is, which GPUs it may use, who may ship it and who may act as it.

terraform {
  required_version = ">= 1.11"
  required_providers {
    portcullis = {
      source  = "portcullis/portcullis"
      version = "~> 0.1"
    }
  }
}

variable "replicas" {
  description = "Copies of the model server; each needs four H200s on one node."
  type        = number
  default     = 2
}

variable "deployers" {
  description = "Who may ship the model server."
  type        = list(string)
  default     = ["ci:github:acme/fraud:ref:main", "group:ml-release"]
}

provider "portcullis" {
  trust_domain = "acme.example"

  connector "lab" {
    plugin = "fleet"
    config = { path = "${path.module}/fleet.csv" }
  }
}

resource "portcullis_group" "release" {
  name    = "ml-release"
  owner   = "team:platform"
  members = ["user:ana", "user:bo"]
}

resource "portcullis_group" "oncall" {
  name    = "ml-oncall"
  owner   = "team:platform"
  members = ["user:chi", "user:dee"]
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"

  credentials {
    max_ttl   = "15m"
    audiences = ["bao"]
  }
}

resource "portcullis_gpu_pool" "scoring" {
  name     = "scoring-h200"
  owner    = "team:platform"
  workload = portcullis_workload_identity.fraud.id

  gpu {
    models           = ["H200"]
    replicas         = var.replicas
    gpus_per_replica = 4
    same_node        = true
  }
}

resource "portcullis_permission_split" "fraud" {
  workload   = portcullis_workload_identity.fraud.id
  depends_on = [portcullis_group.release, portcullis_group.oncall]

  deploy {
    subjects = var.deployers
    may      = ["rollout", "rollback", "read_logs"]
  }

  runtime {
    subjects = ["group:ml-oncall"]

    use {
      pool     = portcullis_gpu_pool.scoring.id
      max_gpus = portcullis_gpu_pool.scoring.gpus
    }
    read {
      object = "vault:secret/models/fraud"
    }
    call {
      object = "service:ledger-api"
    }
  }
}

output "spiffe_id" {
  value = portcullis_workload_identity.fraud.spiffe_id
}
