/* backtest synth: a synthetic universe. */
#include <stdio.h>

#include "cli/command.h"
#include "loaders/synth.h"

static const bt_option options[] = {
    {"tickers", 0, "N", false, "how many tickers [50]"},
    {"bars", 0, "M", false, "business days of a full history [2520]"},
    {"seed", 0, "K", false, "of all that is random [1]"},
    {"dir", 0, "DIR", false, "where DIR/*.csv go, and their list DIR.txt"},
};

static int run(const bt_arguments *arguments)
{
  bt_error err;
  size_t n_tickers = 50, n_bars = 2520, seed = 1;
  const char *dir = bt_arguments_find(arguments, "dir");
  bt_status status = BT_OK;
  if (!dir) status = bt_fail(&err, BT_ERR_USAGE, "--dir is missing: where should the files go?");
  if (!status) status = bt_arguments_size(&n_tickers, arguments, "tickers", 1, 99999, &err);
  if (!status) status = bt_arguments_size(&n_bars, arguments, "bars", 1, 90000, &err);
  if (!status) status = bt_arguments_size(&seed, arguments, "seed", 0, (size_t)1 << 53, &err);
  if (!status && arguments->n_operands > 0)
    status = bt_fail(&err, BT_ERR_USAGE, "%s: synth takes options alone", arguments->operands[0]);
  bt_synth_options how = {.n_tickers = n_tickers, .n_bars = n_bars, .seed = seed};
  if (!status) status = bt_synth_write(dir, &how, &err);
  if (status) return bt_command_fail(&err, "synth");
  int length = (int)bt_synth_dir_length(dir); /* of a path that could be opened */
  (void)printf("%zu tickers of up to %zu bars in %.*s, listed in %.*s.txt\n", n_tickers, n_bars,
               length, dir, length, dir);
  return BT_EXIT_OK;
}

extern const bt_command bt_command_synth;
const bt_command bt_command_synth = {
    .name = "synth",
    .summary = "write a synthetic universe whose prices look like prices",
    .synopsis = "backtest synth --dir DIR [--tickers N] [--bars M] [--seed K]",
    .notes = "Example: backtest synth --tickers 50 --bars 2520 --seed 1 --dir demo\n"
             "Files S00001.csv, ... and the list are replaced.\n"
             "Further files of a larger universe that the old list accounts for are removed,\n"
             "others of such names refused; any other file stays.\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
