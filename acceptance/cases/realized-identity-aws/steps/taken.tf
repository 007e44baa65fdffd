resource "portcullis_workload_identity" "fraud" {
  name        = "fraud-scorer"
  class       = "serving"
  owner       = "team:risk-ml"
  environment = "production"

  credentials {
    max_ttl = "15m"
  }

  target "account" {
    settings = {
      role     = "fraud-runtime"
      provider = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
      subject  = "system:serviceaccount:infer:fraud-runtime"
      audience = "sts.amazonaws.com"
      boundary = "arn:aws:iam::123456789012:policy/workloads"
    }
  }
}

output "account" {
  value = portcullis_workload_identity.fraud.realized["account"].account
}
