#!/bin/sh
# check_layers.sh - the include rule of ARCHITECTURE.md, by grep:
#   core <- {strategies, loaders} <- runners <- cli; a built-in strategy sees the public header alone;
#   nothing below cli prints or exits.
set -u
cd "$(dirname "$0")/.."
bad=0

# only LAYER PATTERN: no "project include" of LAYER outside PATTERN
only() {
  found=$(grep -rnE --include='*.[ch]' '^#include "' "$1" | grep -vE "#include \"($2)" || true)
  if [ -n "$found" ]; then
    echo "layers: $1 may include $2 only:"
    echo "$found"
    bad=1
  fi
}

only core 'core/|backtest/'
only strategies 'strategies/|core/|backtest/'
only loaders 'loaders/|core/|backtest/'
only runners 'runners/|strategies/|loaders/|core/|backtest/'
only cli 'cli/|runners/|strategies/|loaders/|core/|backtest/'

found=$(grep -nE '^#include "' strategies/*.c | grep -v '^strategies/registry' | grep -v '"backtest/strategy.h"' || true)
if [ -n "$found" ]; then
  echo "layers: a strategy includes backtest/strategy.h and nothing else of the project:"
  echo "$found"
  bad=1
fi

found=$(grep -rnE --include='*.c' '(^|[^a-z_])(printf|puts|putchar|exit|abort|perror|_exit)\(' core strategies loaders runners |
  grep -vE '^[^:]*:[0-9]*: *(\*|/\*|//)' || true)
if [ -n "$found" ]; then
  echo "layers: nothing below cli prints or exits:"
  echo "$found"
  bad=1
fi

found=$(grep -rnE --include='*.[ch]' '^#include <(pthread|threads|stdatomic|time|unistd|fcntl)\.h>' core || true)
if [ -n "$found" ]; then
  echo "layers: core has no threads, no clock and no files:"
  echo "$found"
  bad=1
fi
exit $bad
