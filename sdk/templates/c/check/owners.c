#include "owners.h"

#include <stdlib.h>
#include <string.h>

static bool is_unknown(json_t resource, const char *path) {
  json_t unknown = json_member(resource, "unknown"), item = {0};
  while (json_next(unknown, &item))
    if (json_is(item, path)) return true;
  return false;
}

/* Whether a text is not empty and begins with another. */
static bool begins_with(json_t text, json_t prefix) {
  size_t len = json_text(text, NULL), prefix_len = json_text(prefix, NULL);
  if (!len || len < prefix_len) return false;
  char *both = malloc(len + prefix_len);
  if (!both) abort();
  json_text(text, both);
  json_text(prefix, both + len);
  bool begins = memcmp(both, both + len, prefix_len) == 0;
  free(both);
  return begins;
}

bool owner_missing(json_t plan, json_t prefix, json_t *resource) {
  json_t resources = json_member(plan, "resources");
  while (json_next(resources, resource)) {
    json_t planned = json_member(*resource, "planned");
    bool judged = json_is(json_member(*resource, "type"), "portcullis_gpu_pool") && json_is_set(planned) &&
                  !is_unknown(*resource, "owner");
    if (judged && !begins_with(json_member(planned, "owner"), prefix)) return true;
  }
  return false;
}
