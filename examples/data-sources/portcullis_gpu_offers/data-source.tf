data "portcullis_gpu_offers" "h200" {
  models            = ["H200"]
  gpus_per_node_min = 8
  max_price         = "4.00 USD"
}

output "best" {
  value = try(data.portcullis_gpu_offers.h200.offers[0].name, "nobody offers it")
}
