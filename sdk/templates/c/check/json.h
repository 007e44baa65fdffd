/* Reads JSON where it lies. The host writes it, so it is taken to be valid: where it is not, nothing is found. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A value inside a JSON text: where it begins, and where the whole text ends. `at` is NULL when there is no value. */
typedef struct {
  const char *at;
  const char *end;
} json_t;

/* The value of a whole text. */
json_t json_of(const char *text, size_t len);

/* The value of a member; none when this is no object or has no such member. */
json_t json_member(json_t object, const char *name);

/* Moves to an item of an array: the first when `item` is none, otherwise the one after it. False behind the last. */
bool json_next(json_t array, json_t *item);

/* Whether there is a value and it is not null. */
bool json_is_set(json_t value);

/* Whether the value is this text. */
bool json_is(json_t value, const char *text);

/* Writes a text without its escapes, which makes it no longer, and gives its length. `out` may be NULL. */
size_t json_text(json_t value, char *out);
