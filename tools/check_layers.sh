#!/bin/sh
# check_layers.sh - the rules of ARCHITECTURE.md that a grep can see:
#   core <- {strategies, loaders} <- runners <- cli; a built-in strategy sees the public header alone,
#   the public header the standard's alone; nothing below cli prints or exits; core has no files,
#   threads or clock. Prints each line that breaks a rule; exit status 1 if there is one.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

# sources FOLDER...: its C files
sources() { find "$@" -type f \( -name '*.c' -o -name '*.h' \) | sort; }

# refuse WHAT LINES: reports the lines, if any, as breaking rule WHAT
refuse() {
  [ -n "$2" ] || return 0
  printf 'layers: %s\n%s\n' "$1" "$2"
  bad=1
}

# project_includes FILE...: FILE:LINE:include of everything that is ours, in either spelling
project_includes() {
  grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*("|<(core|strategies|loaders|runners|cli|tests)/)' \
    /dev/null "$@"
}

# only LAYER PATTERN: its files include ours only from what PATTERN begins with
only() {
  # shellcheck disable=SC2046
  refuse "$1 may include $2 only" "$(project_includes $(sources "$1") |
    grep -vE "include[[:space:]]*[\"<]($2)/" || true)"
}

only core 'core|backtest'
only strategies 'strategies|core|backtest'
only loaders 'loaders|core|backtest'
only runners 'runners|strategies|loaders|core|backtest'
only cli 'cli|runners|strategies|loaders|core|backtest'

for name in $(sed -n 's/^ *X(\([a-z0-9_]*\)).*/\1/p' strategies/strategy_list.def); do
  refuse "a strategy includes backtest/strategy.h and nothing else of the project" \
    "$(project_includes "strategies/$name.c" | grep -v '"backtest/strategy.h"' || true)"
done
# shellcheck disable=SC2046
refuse "a plugin includes <backtest/strategy.h> and nothing else of the project" \
  "$(project_includes $(sources strategies/examples strategies/skeletons) || true)"
refuse "the public header includes nothing of the project" \
  "$(project_includes core/include/backtest/*.h || true)"

# in_code PATTERN FILE...: lines with PATTERN that do not begin as comments do
in_code() {
  pattern=$1
  shift
  grep -nE "$pattern" /dev/null "$@" | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)'
}

# shellcheck disable=SC2046 # a process that these files have forked ends with _exit
refuse "nothing below cli prints or exits" "$(in_code \
  '(^|[^a-zA-Z0-9_])((v?printf|puts|putchar|perror|exit|_exit|_Exit|quick_exit|abort)[[:space:]]*\(|stdout|stderr)' \
  $(sources core strategies loaders runners) |
  grep -vE '^(runners/isolation[a-z_]*|strategies/plugin_probe)\.c:[0-9]*: *_exit\(0\);' || true)"
# shellcheck disable=SC2046 # madvise of core/block.c is about memory; the lock is LAPACK's
refuse "core has no files, no threads and no clock" "$(in_code \
  '#include <(pthread|threads|stdatomic|time|unistd|fcntl|dirent|sys/.*)\.h>|(^|[^a-zA-Z0-9_])(FILE|fopen|clock|time|getenv|setlocale)[[:space:]]*[(*]' \
  $(sources core) |
  grep -vE '^core/(block\.c:[0-9]*:#include <sys/mman|linear_algebra\.c:[0-9]*:#include <pthread).h>' || true)"
exit $bad
