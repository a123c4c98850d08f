#include "cli/command.h"

#include <stdio.h>
#include <string.h>

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

int bt_command_fail(const bt_error *err)
{
  bool usage = err->status == BT_ERR_USAGE || err->status == BT_ERR_NOT_FOUND;
  (void)fflush(stdout);
  (void)fprintf(stderr, "backtest: %s%s\n", err->message,
                usage ? " (backtest --help shows the options)" : "");
  return usage ? BT_EXIT_USAGE : BT_EXIT_FAILED;
}

static void print_option(const bt_option *option)
{
  char left[48];
  (void)snprintf(left, sizeof left, "%c%c%c --%s %s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                 option->value_name ? option->value_name : "");
  (void)printf("  %-31s %s\n", left, option->help);
}

static int print_command_help(const bt_command *command)
{
  (void)printf("%s\n%s\n\n", command->synopsis, command->summary);
  for (size_t i = 0; i < command->n_options; i++) print_option(&command->options[i]);
  if (command->notes) (void)printf("\n%s", command->notes);
  return BT_EXIT_OK;
}

static int print_program_help(void)
{
  (void)printf("backtest " BT_VERSION ": every parameter combination on every ticker, on every "
               "core, into SQLite\n\n");
  for (size_t i = 0; i < N_COMMANDS; i++)
    (void)printf("  %-9s %s\n            %s\n", commands[i]->name, commands[i]->summary,
                 commands[i]->synopsis);
  (void)printf("\n`backtest COMMAND --help` shows the options of a command; without a command it is "
               "a sweep.\nA first run: backtest synth --tickers 50 --bars 2520 --dir demo && "
               "backtest --universe demo.txt --strategy sma --grid\n");
  return BT_EXIT_OK;
}

static int run_command(const bt_command *command, int argc, char **argv)
{
  bt_arguments arguments = {0};
  bt_error err;
  if (bt_arguments_parse(&arguments, command->options, command->n_options, argc, argv, &err))
    return bt_command_fail(&err);
  int exit_status = command->run(&arguments);
  bt_arguments_clear(&arguments);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    (void)bt_fail(&err, BT_ERR_IO, "standard output: cannot be written");
    return bt_command_fail(&err);
  }
  return exit_status;
}

static int fail_unknown(const char *word)
{
  bt_error err;
  const char *nearest = bt_suggest(word, names, N_COMMANDS);
  if (nearest)
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: no such command; did you mean '%s'?", word, nearest);
  else
    (void)bt_fail(&err, BT_ERR_USAGE, "%s: no such command", word);
  return bt_command_fail(&err);
}

static const bt_command *find_command(const char *name)
{
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  return false;
}

int bt_command_main(int argc, char **argv)
{
  const char *first = argc > 1 ? argv[1] : "--help";
  bool named = first[0] != '-';
  const bt_command *command = find_command(named ? first : "sweep");
  if (strcmp(first, "--version") == 0) {
    (void)printf("backtest " BT_VERSION "\n");
    return BT_EXIT_OK;
  }
  if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0)
    return print_program_help();
  if (!command) return fail_unknown(first);
  int skipped = named ? 2 : 1;
  if (asks_for_help(argc - skipped, argv + skipped)) return print_command_help(command);
  return run_command(command, argc - skipped, argv + skipped);
}
