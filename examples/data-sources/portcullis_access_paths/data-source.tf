# Who can come to act as the fraud model's account, and through which path?
data "portcullis_access_paths" "fraud" {
  to = "sa:cluster/infer/fraud-runtime"
}

output "side_doors" {
  value = [for one in data.portcullis_access_paths.fraud.paths : one.path if one.side_door]
}
