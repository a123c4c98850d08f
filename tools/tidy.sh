#!/bin/sh
# tidy.sh FLAG... - clang-tidy over every source file, one file a process (clang-tidy 14 misreports
# va_list otherwise), as many processes as there are processors.
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v clang-tidy >/dev/null 2>&1; then
  echo "tidy.sh: clang-tidy is not installed" >&2
  exit 1
fi
processes=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
# what goes to stderr is "N warnings generated", headers of the system included
find core strategies loaders runners cli -name '*.c' | sort |
  xargs -P "$processes" -I '{}' clang-tidy --quiet '{}' -- -std=c11 "$@" 2>/dev/null
