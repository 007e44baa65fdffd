resource "terraform_data" "shipper" {
  input = "user:ana"
}

resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  purpose     = "Scores card transactions"
  environment = "production"
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = [terraform_data.shipper.output]
    may      = ["rollout"]
  }

  runtime {
    subjects = ["user:ana"]

    read {
      object = "vault:secret/models/fraud"
    }
  }
}
