resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  target "bao" {
    settings = {
      role            = "fraud"
      bound_subject   = "system:serviceaccount:infer:fraud-runtime"
      bound_audiences = ["bao"]
      policies        = ["models"]
    }
  }
}

output "account" {
  value = portcullis_workload_identity.fraud.realized["bao"].account
}
