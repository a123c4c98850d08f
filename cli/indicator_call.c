#include "cli/indicator_call.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/char.h"
#include "strategies/embedded.h"

enum { NAME_SIZE = 96 };

/* A text that grows; what does not fit is cut. */
typedef struct line {
  char *text;
  size_t length;
} line;

static void add(line *l, const char *format, ...) BT_PRINTF(2, 3);

static void add(line *l, const char *format, ...)
{
  va_list values;
  va_start(values, format);
  int n = vsnprintf(l->text + l->length, BT_INDICATOR_CALL_SIZE - l->length, format, values);
  va_end(values);
  l->length += n > 0 ? (size_t)n : 0;
  if (l->length >= BT_INDICATOR_CALL_SIZE) l->length = BT_INDICATOR_CALL_SIZE - 1;
}

static bool is_of_word(char c)
{
  return bt_char_is_letter(c) || bt_char_is_digit(c) || c == '_';
}

/* Whether the header has the word. */
static bool header_has(const char *word)
{
  size_t length = strlen(word);
  const char *text = bt_embedded_find("strategy.h");
  for (const char *at = text; (at = strstr(at, word)); at += length)
    if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[length])) return true;
  return false;
}

static void capitalize(char *text)
{
  for (; *text; text++)
    if (bt_char_is_lower(*text)) *text = (char)(*text - 'a' + 'A');
}

/* Its constant in the header: BT_UPPER, or BT_AROON_UP; else its number. */
static void add_output(line *l, const bt_indicator *indicator, size_t output)
{
  char name[NAME_SIZE], longer[NAME_SIZE];
  (void)snprintf(name, sizeof name, "BT_%.40s", indicator->outputs[output]);
  (void)snprintf(longer, sizeof longer, "BT_%.40s_%.40s", indicator->name,
                 indicator->outputs[output]);
  capitalize(name);
  capitalize(longer);
  if (header_has(longer))
    add(l, "%s", longer);
  else if (header_has(name))
    add(l, "%s", name);
  else
    add(l, "%zu", output);
}

char *bt_indicator_call(char out[BT_INDICATOR_CALL_SIZE], const bt_indicator *indicator)
{
  char function[NAME_SIZE];
  line l = {out, 0};
  out[0] = '\0';
  (void)snprintf(function, sizeof function, "bt_%.60s", indicator->name);
  bool has_function = header_has(function);
  if (has_function)
    add(&l, "%s(host", function);
  else
    add(&l, "bt_indicator%zu(host, \"%s\"", indicator->n_params, indicator->name);
  for (size_t i = 0; i < indicator->n_params; i++) add(&l, ", %s", indicator->params[i].name);
  for (size_t i = 0; i < indicator->n_outputs && indicator->n_outputs > 1; i++) {
    add(&l, i == 0 ? ", " : "|");
    add_output(&l, indicator, i);
  }
  if (!has_function && indicator->n_outputs <= 1) add(&l, ", 0");
  add(&l, ")");
  return out;
}
