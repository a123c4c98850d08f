#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/crash.h"
#include "cli/interrupt.h"
#include "cli/results_stream.h"
#include "cli/shell_word.h"
#include "cli/text.h"
#include "core/suggest.h"

#define X(name) extern const bt_command bt_command_##name;
#include "cli/command_list.def"
#undef X

static const bt_command *const commands[] = {
#define X(name) &bt_command_##name,
#include "cli/command_list.def"
#undef X
};

static const char *const names[] = {
#define X(name) #name,
#include "cli/command_list.def"
#undef X
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

int bt_command_fail(const bt_error *err, const char *command)
{
  bool usage = err->status == BT_ERR_USAGE || err->status == BT_ERR_NOT_FOUND;
  bool plugin = err->status == BT_ERR_PLUGIN; /* no option would help */
  char line[BT_ERROR_MESSAGE_SIZE];
  (void)bt_text_line(line, sizeof line, err->message); /* names of files may have anything */
  (void)fflush(stdout);
  if (!usage)
    (void)fprintf(stderr, "backtest: %s\n", line);
  else if (command)
    (void)fprintf(stderr, "backtest: %s (backtest %s --help shows the options)\n", line, command);
  else
    (void)fprintf(stderr, "backtest: %s (backtest --help shows the commands)\n", line);
  return usage || plugin ? BT_EXIT_USAGE : BT_EXIT_FAILED;
}

int bt_command_end(bt_status status, const bt_error *err, const char *command)
{
  int exit_status = status ? BT_EXIT_FAILED : BT_EXIT_OK;
  if (status && status != BT_ERR_CANCELLED) exit_status = bt_command_fail(err, command);
  if (bt_interrupt_signal()) bt_interrupt_die();
  return exit_status;
}

/* What was printed must have arrived: a full disk or a closed stdout is a failure. */
static int finish_output(int exit_status)
{
  bt_error err;
  if (fflush(stdout) == 0 && !ferror(stdout)) return exit_status;
  (void)bt_fail(&err, BT_ERR_IO, "standard output: cannot be written");
  return bt_command_fail(&err, NULL);
}

/* ---- help: 80 columns ------------------------------------------------------------------------ */

enum { SCREEN_COLUMNS = 80, LEFT_SIZE = 48 };

/* "-o, --out DB": what stands left of the explanation. */
static char *option_text(char left[LEFT_SIZE], const bt_option *option)
{
  (void)snprintf(left, LEFT_SIZE, "%c%c%c --%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                 option->value_name ? " " : "", option->value_name ? option->value_name : "");
  return left;
}

void bt_command_print_wrapped(const char *text, int indent, int columns)
{
  int column = indent;
  while (*text) {
    int length = (int)strcspn(text, " ");
    if (column > indent && column + 1 + length > columns) {
      (void)printf("\n%*s", indent, "");
      column = indent;
    }
    column += printf("%s%.*s", column > indent ? " " : "", length, text);
    text += length;
    text += strspn(text, " ");
  }
  (void)printf("\n");
}

static const bt_option help_option = {"help", 0, "all", false, "show the other options, too"};

static int left_width(const bt_command *command)
{
  char left[LEFT_SIZE];
  int width = (int)strlen(option_text(left, &help_option));
  for (size_t i = 0; i < command->n_options; i++) {
    int length = (int)strlen(option_text(left, &command->options[i]));
    if (length > width) width = length;
  }
  return width;
}

static void print_option(const bt_option *option, int width)
{
  char left[LEFT_SIZE];
  (void)printf("%-*s  ", width, option_text(left, option));
  bt_command_print_wrapped(option->help, width + 2, SCREEN_COLUMNS);
}

static int print_command_help(const bt_command *command, bool all)
{
  size_t n_common = command->n_common ? command->n_common : command->n_options;
  size_t n_shown = all ? command->n_options : n_common;
  int width = left_width(command);
  (void)printf("%s\n%s\n\n", command->synopsis, command->summary);
  for (size_t i = 0; i < n_shown; i++) {
    if (i == n_common) (void)printf("\n");
    print_option(&command->options[i], width);
  }
  if (n_shown < command->n_options) print_option(&help_option, width);
  if (command->notes) (void)printf("%s%s", command->n_options ? "\n" : "", command->notes);
  return BT_EXIT_OK;
}

static int print_program_help(void)
{
  (void)printf("backtest " BT_VERSION
               ": every parameter combination of a strategy on every ticker, "
               "on\nevery core, into SQLite\n\n");
  for (size_t i = 0; i < N_COMMANDS; i++)
    (void)printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
  (void)printf("\n`backtest COMMAND --help` shows how it is called; without a command it\n"
               "is a sweep. A first run:\n"
               "  backtest synth --tickers 50 --bars 2520 --dir demo\n"
               "  backtest --universe demo.txt --strategy sma --grid\n");
  return BT_EXIT_OK;
}

/* `words` is the whole line; the first n_skipped of them are the command's own. */
static int run_command(const bt_command *command, char **words, int n_skipped)
{
  bt_arguments arguments = {0};
  bt_error err;
  if (bt_arguments_parse(&arguments, command->options, command->n_options, command->planned,
                         words + n_skipped, &err))
    return bt_command_fail(&err, command->name);
  arguments.command_line = bt_shell_line("backtest", words);
  if (!arguments.command_line) (void)bt_fail_nomem(&err, "command line");
  int exit_status =
      arguments.command_line ? command->run(&arguments) : bt_command_fail(&err, command->name);
  bt_arguments_clear(&arguments);
  return exit_status;
}

/* Commands that a later version will have. */
static bool is_planned(const char *word)
{
  static const char *const planned[] = {"merge", "verify", "report", "var", "credit", "calibrate"};
  for (size_t i = 0; i < sizeof planned / sizeof planned[0]; i++)
    if (strcmp(planned[i], word) == 0) return true;
  return false;
}

static int fail_unknown(const char *word)
{
  bt_error err;
  const char *nearest = bt_suggest(word, names, N_COMMANDS);
  if (is_planned(word))
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: this version does not have it yet", word);
  else if (nearest)
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: no such command; did you mean '%s'?", word, nearest);
  else
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: no such command", word);
  return bt_command_fail(&err, NULL);
}

static const bt_command *find_command(const char *name)
{
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  return NULL;
}

/* Sets *all where the word behind is `all`. */
static bool asks_for_help(bool *all, int argc, char **argv)
{
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0) continue;
    *all = i + 1 < argc && strcmp(argv[i + 1], "all") == 0;
    return true;
  }
  return false;
}

/* With the vector level that this is compiled for. */
static int print_version(void)
{
  (void)printf("backtest " BT_VERSION " (" BT_LEVEL ")\n");
  return BT_EXIT_OK;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
  return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* `words` is what stands behind the program's name; without words it is a sweep, too, which then
 * says what it lacks. */
static int dispatch(int n_words, char **words)
{
  const char *first = n_words > 0 ? words[0] : "sweep";
  bool help = strcmp(first, "help") == 0, all = n_words > 2 && strcmp(words[2], "all") == 0;
  if (strcmp(first, "--version") == 0) return print_version();
  if (help ? n_words == 1 : is_one_of(first, "--help", "-h") && n_words == 1)
    return print_program_help();
  const char *name = first[0] == '-' ? "sweep" : first;
  if (help) name = words[1];
  const bt_command *command = find_command(name);
  if (!command) return fail_unknown(name);
  if (help) return print_command_help(command, all);
  int n_skipped = n_words > 0 && first[0] != '-';
  if (asks_for_help(&all, n_words - n_skipped, words + n_skipped))
    return print_command_help(command, all);
  return run_command(command, words, n_skipped);
}

int bt_command_main(int argc, char **argv)
{
  int n_words = argc > 1 ? argc - 1 : 0;
  int exit_status = finish_output(dispatch(n_words, argv + (argc > 0)));
  bt_crash_unwatch();
  bt_results_end();
  return exit_status;
}
