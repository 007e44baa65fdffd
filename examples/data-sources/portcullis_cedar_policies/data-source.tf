# The split of the translation service, for an authorizer that decides by Cedar.
resource "portcullis_workload_identity" "translate" {
  name        = "translate"
  class       = "serving"
  owner       = "team:language"
  environment = "production"
}

resource "portcullis_permission_split" "translate" {
  workload = portcullis_workload_identity.translate.id

  deploy {
    subjects = ["ci:github:acme/translate:ref:main"]
    may      = ["rollout", "rollback"]
  }

  runtime {
    read {
      object = "vault:secret/models/translate"
    }
  }
}

data "portcullis_cedar_policies" "translate" {
  split = portcullis_permission_split.translate.id
}

output "translate_policies" {
  value = data.portcullis_cedar_policies.translate.policies
}
