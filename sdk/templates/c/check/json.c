#include "json.h"

#include <stdint.h>
#include <string.h>

static json_t none(void) { return (json_t){NULL, NULL}; }

static char byte_at(json_t value) { return value.at && value.at < value.end ? *value.at : '\0'; }

/* Past white space, and past the commas and colons between values. */
static json_t past_gap(json_t value) {
  while (value.at && value.at < value.end && memchr(" \t\r\n,:", *value.at, 6)) value.at++;
  return value;
}

static json_t past_string(json_t value) {
  for (value.at++; value.at < value.end && *value.at != '"'; value.at++)
    if (*value.at == '\\') value.at++;
  if (value.at < value.end) value.at++;
  return value;
}

/* Past one value, however deep it goes. */
static json_t past_value(json_t value) {
  size_t depth = 0;
  do {
    char byte = byte_at(value);
    if (byte == '\0') return none();
    if (byte == '"') {
      value = past_string(value);
    } else if (memchr("{[", byte, 2)) {
      depth++, value.at++;
    } else if (memchr("}]", byte, 2)) {
      depth--, value.at++;
    } else {
      while (byte_at(value) && !memchr(" \t\r\n,:{}[]\"", *value.at, 11)) value.at++;
    }
    if (depth) value = past_gap(value);
  } while (depth);
  return past_gap(value);
}

json_t json_of(const char *text, size_t len) { return past_gap((json_t){text, text + len}); }

json_t json_member(json_t object, const char *name) {
  if (byte_at(object) != '{') return none();
  object.at++;
  json_t at = past_gap(object);
  while (byte_at(at) == '"') {
    bool found = json_is(at, name);
    at = past_gap(past_string(at));
    if (found) return at;
    at = past_value(at);
  }
  return none();
}

bool json_next(json_t array, json_t *item) {
  if (byte_at(array) != '[') return false;
  array.at++;
  *item = item->at ? past_value(*item) : past_gap(array);
  return byte_at(*item) && byte_at(*item) != ']';
}

bool json_is_set(json_t value) { return byte_at(value) && byte_at(value) != 'n'; }

bool json_is(json_t value, const char *text) {
  size_t len = strlen(text);
  return byte_at(value) == '"' && (size_t)(value.end - value.at) >= len + 2 && memcmp(value.at + 1, text, len) == 0 &&
         value.at[len + 1] == '"';
}

static uint32_t hex(const char *digits) {
  uint32_t code = 0;
  for (int i = 0; i < 4; i++) code = code << 4 | ((uint32_t)(digits[i] & 15) + (digits[i] > '9' ? 9 : 0));
  return code;
}

/* One code point in UTF-8; gives its length. */
static size_t put(char *out, size_t len, uint32_t code) {
  size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
  if (out) {
    out[len] = (char)(lead[more] | code >> 6 * more);
    for (size_t i = 1; i <= more; i++) out[len + i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
  }
  return more + 1;
}

size_t json_text(json_t value, char *out) {
  if (byte_at(value) != '"') return 0;
  static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
  const char *end = past_string(value).at - 1;
  size_t len = 0;
  for (const char *at = value.at + 1; at < end; at++) {
    if (*at != '\\') {
      if (out) out[len] = *at;
      len++;
    } else if (*++at != 'u') {
      const char *found = memchr(escapes, *at, 5);
      len += put(out, len, (uint8_t)(found ? meant[found - escapes] : *at));
    } else if (at + 4 < end) {
      uint32_t code = hex(at + 1);
      at += 4;
      if (code >= 0xd800 && code < 0xdc00 && at + 6 < end) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex(at + 3) - 0xdc00);
        at += 6;
      }
      len += put(out, len, code);
    }
  }
  return len;
}
