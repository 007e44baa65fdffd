data "portcullis_gpu_offers" "h200" {
  models = ["H200"]
}

data "portcullis_gpu_offers" "cheap" {
  max_price     = "1.00 USD"
  minimum_grade = "listed"
}

output "ranked" {
  value = [for offer in data.portcullis_gpu_offers.h200.offers : offer.name]
}

output "best" {
  value = { for name, value in data.portcullis_gpu_offers.h200.offers[0] : name => value if value != null }
}

output "cheap" {
  value = [for offer in data.portcullis_gpu_offers.cheap.offers : offer.name]
}

output "left" {
  value = [for quota in data.portcullis_gpu_offers.h200.quotas : quota.limit - quota.used]
}
