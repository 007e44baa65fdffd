resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  target "cluster" {
    settings = {
      namespace       = "infer"
      service_acount = "fraud-runtime"
    }
  }
}

output "account" {
  value = portcullis_workload_identity.fraud.realized["cluster"].account
}
