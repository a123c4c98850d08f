#!/bin/sh
# run_tests.sh PROGRAM... - runs cmocka programs and counts their cases.
#
# A line a program; of one that fails, what its failed cases printed; of skipped cases, the reason
# (the lines that begin with "skipped:"). A case that was announced and did not end, because its
# program crashed or hung, has failed; so has a program without cases or with an exit status.
# The last line is `N passed, N failed, N skipped`. Exit status 1 if anything failed.
#
# TEST_WRAP     put before each program, such as `valgrind -q`
# TEST_TIMEOUT  seconds for one program [900], where there is a `timeout` command
set -u
unset CMOCKA_MESSAGE_OUTPUT CMOCKA_XML_FILE
passed=0 failed=0 skipped=0
log=$(mktemp) && XDG_CACHE_HOME=$(mktemp -d) || exit 1
export XDG_CACHE_HOME # no test writes into the user's own bar cache
trap 'rm -rf "$log" "$XDG_CACHE_HOME"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

limit=
if timeout --foreground 1 true 2>/dev/null; then limit="timeout --foreground ${TEST_TIMEOUT:-900}"; fi

# "PASSED SKIPPED ANNOUNCED" of a cmocka log. The list of failures at the end of a group repeats
# the cases: only what stands between "Running" and "run." counts.
count='
  /^\[=+\] .*Running [0-9]+ test/ { running = 1; for (i = 1; i < NF; i++) if ($i == "Running") n += $(i + 1) }
  /^\[=+\] .*test\(s\) run\./     { running = 0 }
  running && /\[       OK \] /    { ok++ }
  running && /\[  SKIPPED \] /    { skip++ }
  END { print ok + 0, skip + 0, n + 0 }'

# What the cases printed that did not end well, the one cut short included.
excerpt='
  function flush() { if (text ~ /\[  (FAILED |ERROR  )/ || cut) printf "%s", text; text = "" }
  /^\[=+\] .*test\(s\) run\./ { flush(); quiet = 1 }
  /^\[=+\] .*Running /        { quiet = 0 }
  quiet || /^\[=+\] /         { next }
  /^\[ RUN      \] /          { flush() }
  { text = text "    " $0 "\n" }
  /\[ ( *OK| *SKIPPED *) *\] / { text = "" }
  END { cut = !quiet; flush() }'

for program in "$@"; do
  name=$(basename "$program")
  # shellcheck disable=SC2086
  $limit ${TEST_WRAP:-} "$program" >"$log" 2>&1 </dev/null
  status=$?
  # shellcheck disable=SC2046
  set -- $(awk "$count" "$log")
  ok=$1 skip=$2 announced=$3
  bad=$((announced - ok - skip)) why="exit status $status"
  if [ "$status" -eq 124 ] && [ -n "$limit" ]; then why="no end within ${TEST_TIMEOUT:-900} s"; fi
  if [ "$announced" -eq 0 ]; then bad=1 why="no test case was run, $why"; fi
  show=$excerpt
  if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then bad=1 show='{ print "    " $0 }'; fi
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
  if [ "$bad" -gt 0 ]; then
    printf '%-36s %4d passed, %d FAILED (%s)\n' "$name" "$ok" "$bad" "$why"
    awk "$show" "$log"
  elif [ "$skip" -gt 0 ]; then
    printf '%-36s %4d passed, %d skipped\n' "$name" "$ok" "$skip"
    grep '^skipped:' "$log" | sort -u | sed 's/^/    /'
  else
    printf '%-36s %4d passed\n' "$name" "$ok"
  fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
