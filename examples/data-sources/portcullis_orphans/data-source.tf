# Which access does nobody answer for?
data "portcullis_orphans" "all" {}

check "nothing_is_orphaned" {
  assert {
    condition     = data.portcullis_orphans.all.complete && data.portcullis_orphans.all.total == 0
    error_message = join("\n", concat([for one in data.portcullis_orphans.all.orphans : "${one.what}: ${one.why}"], data.portcullis_orphans.all.missing))
  }
}
