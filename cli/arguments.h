/* arguments.h - a command line against a table of options.
 *
 * Long options are --name VALUE or --name=VALUE and are not abbreviated; short ones are -o VALUE or
 * -oVALUE. A value is not empty, and is no option of the table unless behind `=`. `--` ends the
 * options. Values point into argv.
 */
#ifndef BT_CLI_ARGUMENTS_H
#define BT_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* One row of a command's table. */
typedef struct bt_option {
  const char *name;       /* without dashes */
  char letter;            /* short form, or 0 */
  const char *value_name; /* "FILE", or NULL for a flag */
  bool repeatable;
  const char *help; /* a few words; the default in brackets */
} bt_option;

typedef struct bt_arguments {
  const bt_option *options; /* the table */
  size_t n_options;
  const char *const *planned;
  size_t n_given; /* options as given, in order: names[i] with values[i] ("" for a flag) */
  const char **names, **values;
  size_t n_operands;
  const char **operands; /* what is no option */
  char *command_line;    /* the whole command as a shell would take it; owned; NULL until set */
} bt_arguments;

/* Parses words, which end with NULL. planned: long options that a later version will have, ending
 * with NULL; may be NULL itself. The caller clears *out with bt_arguments_clear. Errors: USAGE
 * (unknown option, with the nearest known one; a planned one; value missing; flag with a value;
 * given twice), NOMEM.
 */
bt_status bt_arguments_parse(bt_arguments *out, const bt_option *options, size_t n_options,
                             const char *const *planned, char **words, bt_error *err);
void bt_arguments_clear(bt_arguments *arguments);

/* The value of an option that is given once at most; NULL when it is not given. */
const char *bt_arguments_find(const bt_arguments *arguments, const char *name);
bool bt_arguments_has(const bt_arguments *arguments, const char *name);

/* Collects all values of a repeatable option into values[] (room for n_given); returns how many. */
size_t bt_arguments_collect(const char **values, const bt_arguments *arguments, const char *name);

/* What stands behind "KEY=" in the first value of the option that begins so; NULL where none does.
 */
const char *bt_arguments_find_behind(const bt_arguments *arguments, const char *name,
                                     const char *key);

/* Numbers: *out is left alone when the option is not given. Errors: USAGE, naming the option. */
bt_status bt_arguments_double(double *out, const bt_arguments *arguments, const char *name,
                              double least, double most, bt_error *err);
bt_status bt_arguments_size(size_t *out, const bt_arguments *arguments, const char *name,
                            size_t least, size_t most, bt_error *err);

/* One of n_words words: sets *out to its index. Errors: USAGE, listing the words. */
bt_status bt_arguments_choice(int *out, const bt_arguments *arguments, const char *name,
                              const char *const *words, size_t n_words, bt_error *err);

#endif
