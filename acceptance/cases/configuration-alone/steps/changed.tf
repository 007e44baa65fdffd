output "answer" {
  value = 43
}
