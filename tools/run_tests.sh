#!/bin/sh
# run_tests.sh PROGRAM... - runs cmocka programs and counts their cases.
#
# TEST_WRAP is put before each program, such as `valgrind -q`. A line a program; the output of
# those that fail and the reasons of skipped cases are shown. The last line has the totals.
set -u
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

count() { grep -c "$1" "$log" || true; }

for program in "$@"; do
  name=$(basename "$program")
  # shellcheck disable=SC2086
  ${TEST_WRAP:-} "$program" >"$log" 2>&1
  status=$?
  ok=$(count '^\[       OK \]')
  bad=$(grep '^\[  FAILED  \]' "$log" | grep -vc 'test(s)' || true)
  skip=$(count '^\[  SKIPPED \]')
  [ "$bad" -gt 0 ] && bad=$(grep '^\[  FAILED  \]' "$log" | sed -n 's/^\[  FAILED  \] \([a-zA-Z0-9_]*\)$/\1/p' | sort -u | wc -l)
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  # a program that stopped half way has run fewer cases than it announced
  announced=$(sed -n 's/^\[==========\].* Running \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
  if [ "$announced" -eq 0 ] && [ "$status" -eq 0 ]; then bad=1; fi
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
  if [ "$status" -eq 0 ] && [ "$bad" -eq 0 ]; then
    printf '%-36s %4d ok%s\n' "$name" "$ok" "$([ "$skip" -gt 0 ] && echo ", $skip skipped")"
    grep -i '^skip' "$log" | sort -u | sed 's/^/    /'
  else
    printf '%-36s FAILED (exit status %d)\n' "$name" "$status"
    sed 's/^/    /' "$log"
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
