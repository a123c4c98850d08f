#include "cli/arguments.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/suggest.h"

void bt_arguments_clear(bt_arguments *arguments)
{
  free(arguments->names);
  free(arguments->values);
  free(arguments->operands);
  free(arguments->command_line);
  *arguments = (bt_arguments){0};
}

static const bt_option *find_long(const bt_arguments *a, const char *name, size_t length)
{
  for (size_t i = 0; i < a->n_options; i++)
    if (strlen(a->options[i].name) == length && strncmp(a->options[i].name, name, length) == 0)
      return &a->options[i];
  return NULL;
}

static const bt_option *find_short(const bt_arguments *a, char letter)
{
  for (size_t i = 0; i < a->n_options; i++)
    if (a->options[i].letter != 0 && a->options[i].letter == letter) return &a->options[i];
  return NULL;
}

static bt_status fail_unknown(const bt_arguments *a, const char *word, size_t length, bt_error *err)
{
  char name[64] = "";
  if (length < sizeof name) memcpy(name, word, length);
  for (size_t i = 0; a->planned && a->planned[i]; i++)
    if (strcmp(a->planned[i], name) == 0)
      return bt_fail(err, BT_ERR_USAGE, "--%s: this version does not have it yet", name);
  const char **known = calloc(a->n_options + 1, sizeof *known);
  if (!known) return bt_fail_nomem(err, "options");
  for (size_t i = 0; i < a->n_options; i++) known[i] = a->options[i].name;
  const char *nearest = bt_suggest(name, known, a->n_options);
  free(known);
  if (nearest)
    return bt_fail(err, BT_ERR_USAGE, "--%.*s: no such option; did you mean --%s?", (int)length,
                   word, nearest);
  return bt_fail(err, BT_ERR_USAGE, "--%.*s: no such option", (int)length, word);
}

static bt_status add_option(bt_arguments *a, const bt_option *option, const char *value,
                            bt_error *err)
{
  if (!option->repeatable && bt_arguments_has(a, option->name))
    return bt_fail(err, BT_ERR_USAGE, "--%s: given twice", option->name);
  a->names[a->n_given] = option->name;
  a->values[a->n_given++] = value;
  return BT_OK;
}

/* True for `--strategy` and the like: `--universe --strategy sma` lacks a value, and to take the
 * second option for it would be reported as something else. `--label=--strategy` still works. */
static bool is_known_option(const bt_arguments *a, const char *word)
{
  return word[0] == '-' && word[1] == '-' && find_long(a, word + 2, strcspn(word + 2, "=")) != NULL;
}

/* One word that begins with a dash; *next is the word behind it, consumed when it is the value. */
static bt_status parse_option(bt_arguments *a, const char *word, char ***next, bt_error *err)
{
  bool is_long = word[1] == '-';
  const char *equals = is_long ? strchr(word, '=') : NULL, *value = equals ? equals + 1 : NULL;
  size_t length = equals ? (size_t)(equals - word) - 2 : strlen(word) - (is_long ? 2 : 0);
  const bt_option *option = is_long ? find_long(a, word + 2, length) : find_short(a, word[1]);
  if (!option && is_long) return fail_unknown(a, word + 2, length, err);
  if (!option) return bt_fail(err, BT_ERR_USAGE, "-%c: no such option", word[1]);
  if (!is_long && word[2] != '\0') value = word + 2;
  if (!option->value_name) {
    if (value) return bt_fail(err, BT_ERR_USAGE, "--%s: takes no value", option->name);
    return add_option(a, option, "", err);
  }
  if (!value && **next && !is_known_option(a, **next)) value = *(*next)++;
  if (!value || value[0] == '\0')
    return bt_fail(err, BT_ERR_USAGE, "--%s: needs a value (%s)", option->name, option->value_name);
  return add_option(a, option, value, err);
}

bt_status bt_arguments_parse(bt_arguments *out, const bt_option *options, size_t n_options,
                             const char *const *planned, char **words, bt_error *err)
{
  size_t room = 1;
  while (words[room - 1]) room++;
  bt_arguments a = {.options = options,
                    .n_options = n_options,
                    .planned = planned,
                    .names = calloc(room, sizeof *a.names),
                    .values = calloc(room, sizeof *a.values),
                    .operands = calloc(room, sizeof *a.operands)};
  bool ok = a.names && a.values && a.operands;
  bt_status status = ok ? BT_OK : bt_fail_nomem(err, "arguments");
  bool only_operands = false;
  for (char **next = words; !status && *next;) {
    const char *word = *next++;
    if (only_operands || word[0] != '-' || word[1] == '\0')
      a.operands[a.n_operands++] = word;
    else if (strcmp(word, "--") == 0)
      only_operands = true;
    else
      status = parse_option(&a, word, &next, err);
  }
  if (status)
    bt_arguments_clear(&a);
  else
    *out = a;
  return status;
}

const char *bt_arguments_find(const bt_arguments *arguments, const char *name)
{
  for (size_t i = 0; i < arguments->n_given; i++)
    if (strcmp(arguments->names[i], name) == 0) return arguments->values[i];
  return NULL;
}

bool bt_arguments_has(const bt_arguments *arguments, const char *name)
{
  return bt_arguments_find(arguments, name) != NULL;
}

size_t bt_arguments_collect(const char **values, const bt_arguments *arguments, const char *name)
{
  size_t n = 0;
  for (size_t i = 0; i < arguments->n_given; i++)
    if (strcmp(arguments->names[i], name) == 0) values[n++] = arguments->values[i];
  return n;
}

const char *bt_arguments_find_behind(const bt_arguments *arguments, const char *name,
                                     const char *key)
{
  size_t length = strlen(key);
  for (size_t i = 0; i < arguments->n_given; i++) {
    const char *value = arguments->values[i];
    if (strcmp(arguments->names[i], name) == 0 && strncmp(value, key, length) == 0 &&
        value[length] == '=')
      return value + length + 1;
  }
  return NULL;
}

bt_status bt_arguments_double(double *out, const bt_arguments *arguments, const char *name,
                              double least, double most, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, name);
  double value = 0;
  if (!text) return BT_OK;
  if (!bt_number_parse(&value, text))
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: not a number", name, text);
  if (value < least || value > most)
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: must be from %g to %g", name, text, least, most);
  *out = value;
  return BT_OK;
}

/* A whole number to the last digit: doubles have not all of them. What is written like 1e6 goes
 * through one. False: it is negative, or has more than 64 bits. */
static bool parse_whole(uint64_t *out, const char *text)
{
  double value = 0;
  if (text[strspn(text, "0123456789")] == '\0') {
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return errno == 0;
  }
  if (!bt_number_parse(&value, text) || value < 0) return false;
  if (!(value < 0x1p64)) return false;
  *out = (uint64_t)value;
  return true;
}

bt_status bt_arguments_size(size_t *out, const bt_arguments *arguments, const char *name,
                            size_t least, size_t most, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, name);
  uint64_t whole = 0;
  double value = 0;
  if (!text) return BT_OK;
  if (!bt_number_parse(&value, text) || value != floor(value))
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: not a whole number", name, text);
  if (!parse_whole(&whole, text) || whole < least || whole > most)
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: must be from %zu to %zu", name, text, least, most);
  *out = (size_t)whole;
  return BT_OK;
}

bt_status bt_arguments_choice(int *out, const bt_arguments *arguments, const char *name,
                              const char *const *words, size_t n_words, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, name);
  char list[128] = "";
  if (!text) return BT_OK;
  for (size_t i = 0; i < n_words; i++) {
    if (strcmp(words[i], text) == 0) {
      *out = (int)i;
      return BT_OK;
    }
    size_t used = strlen(list);
    (void)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", words[i]);
  }
  return bt_fail(err, BT_ERR_USAGE, "--%s %s: must be one of %s", name, text, list);
}
