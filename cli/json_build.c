#include "cli/json_build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"

static json_object *noted(json_object *made, bool *ok)
{
  if (!made) *ok = false;
  return made;
}

json_object *bt_json_object(bool *ok)
{
  return noted(json_object_new_object(), ok);
}

json_object *bt_json_list(bool *ok)
{
  return noted(json_object_new_array(), ok);
}

/* value NULL is null here: failures to make one were noted before. */
static void add(json_object *to, const char *key, json_object *value, bool *ok)
{
  int failed = -1;
  if (to && *ok)
    failed = key ? json_object_object_add(to, key, value) : json_object_array_add(to, value);
  if (failed == 0) return;
  json_object_put(value);
  *ok = false;
}

void bt_json_add_tree(json_object *to, const char *key, json_object *tree, bool *ok)
{
  add(to, key, noted(tree, ok), ok);
}

/* Bytes of the UTF-8 character at `text`, 0 where there is none: shortest forms, no surrogates, up
 * to U+10FFFF (RFC 3629). */
static size_t character_length(const unsigned char *text)
{
  unsigned char first = text[0], least = 0x80, most = 0xbf;
  size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (n == 1) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first == 0xe0) least = 0xa0;
  if (first == 0xed) most = 0x9f;
  if (first == 0xf0) least = 0x90;
  if (first == 0xf4) most = 0x8f;
  if (text[1] < least || text[1] > most) return 0;
  for (size_t i = 2; i < n; i++)
    if ((text[i] & 0xc0) != 0x80) return 0;
  return n;
}

/* A new string of valid UTF-8; NULL when memory is out. */
static char *valid_copy(const char *text)
{
  char *copy = malloc(3 * strlen(text) + 1), *end = copy;
  if (!copy) return NULL;
  while (*text) {
    size_t length = character_length((const unsigned char *)text);
    memcpy(end, length ? text : "\xef\xbf\xbd", length ? length : 3);
    end += length ? length : 3;
    text += length ? length : 1;
  }
  *end = '\0';
  return copy;
}

void bt_json_add_text(json_object *to, const char *key, const char *text, bool *ok)
{
  char *copy = text ? valid_copy(text) : NULL;
  if (text && !copy) *ok = false;
  add(to, key, copy ? noted(json_object_new_string(copy), ok) : NULL, ok);
  free(copy);
}

void bt_json_add_number(json_object *to, const char *key, double value, bool *ok)
{
  char text[BT_NUMBER_TEXT_SIZE];
  json_object *number = NULL;
  if (isfinite(value))
    number = noted(json_object_new_double_s(value, bt_number_format(text, value)), ok);
  add(to, key, number, ok);
}

void bt_json_add_count(json_object *to, const char *key, uint64_t count, bool *ok)
{
  add(to, key, noted(json_object_new_int64((int64_t)count), ok), ok);
}

void bt_json_add_flag(json_object *to, const char *key, bool flag, bool *ok)
{
  add(to, key, noted(json_object_new_boolean(flag), ok), ok);
}

bt_status bt_json_print(json_object *tree, bool ok, bt_error *err)
{
  const int how =
      JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
  const char *text = ok ? json_object_to_json_string_ext(tree, how) : NULL;
  if (text) (void)printf("%s\n", text);
  json_object_put(tree);
  return text ? BT_OK : bt_fail_nomem(err, "JSON");
}
