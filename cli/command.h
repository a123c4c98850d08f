/* command.h - the subcommands: one file and one descriptor each, one line in command_list.def. */
#ifndef BT_CLI_COMMAND_H
#define BT_CLI_COMMAND_H

#include "cli/arguments.h"

/* Exit statuses of the program. */
enum { BT_EXIT_OK = 0, BT_EXIT_FAILED = 1, BT_EXIT_USAGE = 2, BT_EXIT_REJECTED = 3 };

typedef struct bt_command {
  const char *name;
  const char *summary;  /* one line for `backtest --help` */
  const char *synopsis; /* "backtest list [strategies|...]" */
  const char *notes;    /* printed behind the options; an example that works among them */
  const bt_option *options;
  size_t n_options;
  const char *const *planned; /* options that a later version will have; ends with NULL */
  size_t n_common;            /* --help shows so many, the first, and --help all the rest; 0: all */
  /* Runs it and returns the exit status. Prints results on stdout; what goes wrong is reported
   * with bt_command_fail. */
  int (*run)(const bt_arguments *arguments);
} bt_command;

/* The whole program behind main(): argv[1] picks the command; without one it is a sweep. */
int bt_command_main(int argc, char **argv);

/* Prints `backtest: MESSAGE` on stderr, and a hint where usage was wrong: whose --help shows more
 * (command NULL: that of the program). Returns the exit status. */
int bt_command_fail(const bt_error *err, const char *command);

/* The end of a command that watched for signals: reports what failed, but for CANCELLED, dies of
 * the signal that came, or returns the exit status. */
int bt_command_end(bt_status status, const bt_error *err, const char *command);

/* Prints a text and a newline on stdout, broken between words: from column `indent` on, where the
 * cursor is, and within so many columns. */
void bt_command_print_wrapped(const char *text, int indent, int columns);

#endif
