/* backtest new: a strategy to begin with, NAME.c in the working folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/result_columns.h"
#include "strategies/embedded.h"
#include "strategies/plugin_file.h"
#include "strategies/registry.h"

static const char *const kinds[] = {"sides", "signals", "cross", "on_bar"};
enum { N_KINDS = sizeof kinds / sizeof kinds[0], FILE_NAME_SIZE = BT_STRATEGY_NAME_MOST + 3 };

/* What the skeletons are called. */
static const char placeholder[] = "my_strategy";

/* A function or a variable of the strategy could not be called as it is. */
static bool is_keyword(const char *name)
{
  static const char *const keywords[] = {
      "auto",    "break",  "case",     "char",   "const",    "continue", "default",
      "do",      "double", "else",     "enum",   "extern",   "float",    "for",
      "goto",    "if",     "inline",   "int",    "long",     "register", "restrict",
      "return",  "short",  "signed",   "sizeof", "static",   "struct",   "switch",
      "typedef", "union",  "unsigned", "void",   "volatile", "while"};
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
    if (strcmp(keywords[i], name) == 0) return true;
  return false;
}

static bt_status check_name(const bt_arguments *arguments, bt_error *err)
{
  const bt_strategy *built_in = NULL;
  if (arguments->n_operands != 1)
    return bt_fail(err, BT_ERR_USAGE, "new takes one name, of the strategy that is to be made");
  const char *name = arguments->operands[0];
  if (!bt_strategy_is_name(name))
    return bt_fail(err, BT_ERR_USAGE,
                   "new %s: a strategy's name has lower case letters, digits and _, a letter "
                   "first, %d at most",
                   name, BT_STRATEGY_NAME_MOST);
  if (!bt_strategy_find(&built_in, name, NULL))
    return bt_fail(err, BT_ERR_USAGE, "new %s: a built-in strategy is called so", name);
  if (is_keyword(name)) return bt_fail(err, BT_ERR_USAGE, "new %s: it is a word of C", name);
  if (bt_result_has_view(name))
    return bt_fail(err, BT_ERR_USAGE, "new %s: the view results_%s has the results of all", name,
                   name);
  return BT_OK;
}

/* A new string: the text with the placeholder replaced. NULL without memory. */
static char *fill_in(const char *text, const char *name)
{
  size_t length = strlen(name), word = sizeof placeholder - 1, n = 0;
  for (const char *at = text; (at = strstr(at, placeholder)); at += word) n++;
  char *filled = malloc(strlen(text) + n * length + 1), *end = filled;
  if (!filled) return NULL;
  for (const char *next; (next = strstr(text, placeholder)); text = next + word) {
    memcpy(end, text, (size_t)(next - text));
    end += next - text;
    memcpy(end, name, length);
    end += length;
  }
  memcpy(end, text, strlen(text) + 1);
  return filled;
}

static bt_status write_skeleton(const char *file, const char *name, int kind, bt_error *err)
{
  char skeleton[32];
  (void)snprintf(skeleton, sizeof skeleton, "%s.c", kinds[kind]);
  char *text = fill_in(bt_embedded_find(skeleton), name);
  if (!text) return bt_fail_nomem(err, "new");
  bt_status status = bt_plugin_file__create(file, text, err);
  free(text);
  return status;
}

static int print_header(const bt_arguments *arguments)
{
  bt_error err;
  if (arguments->n_operands > 0) {
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: --header prints, and makes no strategy",
                  arguments->operands[0]);
    return bt_command_fail(&err, "new");
  }
  (void)fputs(bt_embedded_find("strategy.h"), stdout);
  return BT_EXIT_OK;
}

static int run(const bt_arguments *arguments)
{
  char file[FILE_NAME_SIZE];
  bt_error err;
  int kind = 0;
  if (bt_arguments_has(arguments, "header")) return print_header(arguments);
  bt_status status = check_name(arguments, &err);
  if (!status) status = bt_arguments_choice(&kind, arguments, "kind", kinds, N_KINDS, &err);
  if (status) return bt_command_fail(&err, "new");
  const char *name = arguments->operands[0];
  (void)snprintf(file, sizeof file, "%s.c", name);
  if (write_skeleton(file, name, kind, &err)) return bt_command_fail(&err, "new");
  (void)printf("%s runs as it is; edit it, and run it again:\n"
               "  backtest synth --tickers 20 --bars 2520 --dir demo    # or take your own data\n"
               "  backtest --universe demo.txt --strategy ./%s --grid -o demo.db\n"
               "  sqlite3 demo.db \"SELECT * FROM leaderboard LIMIT 10\"\n",
               file, file);
  return BT_EXIT_OK;
}

static const bt_option options[] = {
    {"kind", 0, "KIND", false, "what it has: sides, signals, cross or on_bar [sides]"},
    {"header", 0, NULL, false, "print backtest/strategy.h, which strategies include"},
};

extern const bt_command bt_command_new;
const bt_command bt_command_new = {
    .name = "new",
    .summary = "write a strategy to begin with, NAME.c",
    .synopsis = "backtest new NAME [--kind KIND] | --header",
    .notes = "Kinds: sides fills long, short or out for every bar; signals fills shares of\n"
             "equity; cross names two series to compare; on_bar is called bar by bar and sees\n"
             "what it holds. A file that is there already is left as it is.\n"
             "Example: backtest new mine\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
