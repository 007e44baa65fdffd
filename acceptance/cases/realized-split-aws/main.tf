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
      role     = "fraud-scorer"
      provider = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
      subject  = "system:serviceaccount:infer:fraud-runtime"
      audience = "sts.amazonaws.com"
    }
  }
}

resource "portcullis_permission_split" "fraud" {
  workload = portcullis_workload_identity.fraud.id

  deploy {
    subjects = ["ci:github:acme/fraud:ref:main"]
    may      = ["rollout", "read_logs"]
  }

  runtime {
    read {
      object = "vault:secret/models/fraud"
    }
    call {
      object = "service:ledger-api"
    }
  }

  target "account" {
    settings = {
      deploy_role = "fraud-ship"
      provider    = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
      service     = "arn:aws:ecs:eu-west-1:123456789012:service/infer/fraud"
      resources   = { "vault:secret/models/fraud" = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fraud-model" }
    }
  }
}

output "enforcement" {
  value = {
    for one in portcullis_permission_split.fraud.realized["account"].enforcement :
    one.clause => one.enforcement
  }
}
