/* .venv/bin/python-zig cc -std=c23 -I. test/owners_test.c owners.c json.c -o bindings/test && bindings/test */

#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "owners.h"

#define POOL "\"address\":\"portcullis_gpu_pool.a\",\"type\":\"portcullis_gpu_pool\""

static json_t of(const char *text) { return json_of(text, strlen(text)); }

static int missing(const char *plan, const char *prefix) {
  int count = 0;
  for (json_t resource = {0}; owner_missing(of(plan), of(prefix), &resource);) count++;
  return count;
}

static void a_pool_needs_an_owner(void) {
  assert(missing("{\"schema\":1,\"resources\":[{" POOL ",\"planned\":{\"owner\":\"team:risk-ml\"}}]}", "") == 0);
  assert(missing("{\"resources\":[{" POOL ",\"planned\":{\"gpu\":[{\"a\":\"}\"}],\"owner\":null}}]}", "") == 1);
  assert(missing("{\"resources\":[{" POOL ",\"planned\":{\"owner\":\"\"}},{" POOL ",\"planned\":{}}]}", "") == 2);
}

static void the_prefix_decides_who_may_own(void) {
  const char *plan = "{\"resources\":[{" POOL ",\"planned\":{\"owner\":\"user:ann\"}}]}";
  assert(missing(plan, "\"user:\"") == 0);
  assert(missing(plan, "\"\\u0075ser:\"") == 0);
  assert(missing(plan, "\"team:\"") == 1);
}

static void what_is_decided_at_apply_deleted_or_no_pool_is_not_judged(void) {
  assert(missing("{\"resources\":[{" POOL ",\"planned\":{\"owner\":null},\"unknown\":[\"gpu\",\"owner\"]}]}", "") == 0);
  assert(missing("{\"resources\":[{" POOL ",\"planned\":null}]}", "") == 0);
  assert(missing("{\"resources\":[{\"type\":\"portcullis_group\",\"planned\":{}}]}", "") == 0);
}

static void a_text_is_read_without_its_escapes(void) {
  char out[32] = {0};
  assert(json_text(of("\"a\\\"\\n\\u00e9\\ud83d\\ude00\""), out) == 9);
  assert(strcmp(out, "a\"\n\xc3\xa9\xf0\x9f\x98\x80") == 0);
}

int main(void) {
  a_pool_needs_an_owner();
  the_prefix_decides_who_may_own();
  what_is_decided_at_apply_deleted_or_no_pool_is_not_judged();
  a_text_is_read_without_its_escapes();
  return 0;
}
