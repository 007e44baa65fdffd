/* Every GPU pool has an owner. */
#pragma once

#include "json.h"

/* Moves to the next pool of a plan document (sdk/plan-document.md) without an owner that begins with `prefix`. An owner
   that is decided at apply is judged then. `prefix` may be none; `resource` is none at first. */
bool owner_missing(json_t plan, json_t prefix, json_t *resource);
