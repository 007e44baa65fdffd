resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main", portcullis_group.release.id]
    may      = ["rollout", "rollback", "read_logs"]
  }

  runtime {
    use {
      pool     = portcullis_gpu_pool.scoring.id
      max_gpus = 8
    }
    read {
      object = "vault:secret/models/fraud"
    }
    call {
      object = "service:ledger-api"
    }
  }

  separation {
    enforce = "error"
  }
}
