#include "cli/json_build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/utf8.h"

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

static bool is_utf8(const char *text)
{
  size_t length = 1;
  for (; *text && length > 0; text += length) length = bt_utf8_length(text);
  return length > 0;
}

/* With U+FFFD for each byte that is part of no character; NULL without memory. */
static json_object *repaired(const char *text)
{
  char *copy = malloc(3 * strlen(text) + 1), *to = copy;
  if (!copy) return NULL;
  while (*text) {
    size_t length = bt_utf8_length(text);
    const char *from = length > 0 ? text : "\xef\xbf\xbd";
    size_t n = length > 0 ? length : 3;
    memcpy(to, from, n);
    to += n;
    text += length > 0 ? length : 1;
  }
  *to = '\0';
  json_object *made = json_object_new_string(copy);
  free(copy);
  return made;
}

void bt_json_add_text(json_object *to, const char *key, const char *text, bool *ok)
{
  json_object *made = NULL;
  if (text) made = noted(is_utf8(text) ? json_object_new_string(text) : repaired(text), ok);
  add(to, key, made, ok);
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
