output "answer" {
  value = local.nowhere
}
