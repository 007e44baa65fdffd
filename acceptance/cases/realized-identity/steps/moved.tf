resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:payments-ml"
  environment = "production"

  target "cluster" {
    settings = {
      namespace       = "infer"
      service_account = "fraud-scorer"
    }
  }
}

output "account" {
  value = portcullis_workload_identity.fraud.realized["cluster"].account
}
