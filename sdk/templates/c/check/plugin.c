/* The check: what the host calls. What it demands is in `owners.c`, which needs no host. */

#include "plugin.h"

#include <stdlib.h>

#include "owners.h"

typedef exports_portcullis_plugin_evaluation_finding_t finding_t;

/* bindings/manifest.json, made of the one beside this file. */
static const char MANIFEST[] = {
#embed "manifest.json" suffix(, '\0')
};

void exports_portcullis_plugin_manifest_describe(plugin_string_t *ret) { plugin_string_dup(ret, MANIFEST); }

/* A text of the plan document, for the host to free. */
static plugin_string_t text_of(json_t value) {
  plugin_string_t text = {malloc(json_text(value, NULL) + 1), 0};
  if (!text.ptr) abort();
  text.len = json_text(value, (char *)text.ptr);
  return text;
}

static finding_t finding(json_t resource) {
  finding_t found = {.address = text_of(json_member(resource, "address"))};
  plugin_string_dup(&found.severity, "error");
  plugin_string_dup(&found.code, "owner-missing");
  plugin_string_dup(&found.attribute, "owner");
  plugin_string_dup(&found.summary, "Pool without an owner");
  plugin_string_dup(&found.detail, "The pool has no owner, or not one that `config` of this check lets own pools.");
  plugin_string_dup(&found.remedy, "Set `owner` to the team that answers for the pool.");
  return found;
}

bool exports_portcullis_plugin_evaluation_run(plugin_string_t *plan_text, plugin_string_t *config_text,
                                              exports_portcullis_plugin_evaluation_list_finding_t *ret,
                                              exports_portcullis_plugin_evaluation_failure_t *) {
  json_t plan = json_of((char *)plan_text->ptr, plan_text->len);
  json_t prefix = json_member(json_of((char *)config_text->ptr, config_text->len), "prefix");
  *ret = (exports_portcullis_plugin_evaluation_list_finding_t){0};
  for (json_t resource = {0}; owner_missing(plan, prefix, &resource); ret->len++) {
    ret->ptr = realloc(ret->ptr, (ret->len + 1) * sizeof(finding_t));
    if (!ret->ptr) abort();
    ret->ptr[ret->len] = finding(resource);
  }
  plugin_string_free(plan_text);
  plugin_string_free(config_text);
  return true;
}
