#!/bin/sh
# faults.sh BUILD_DIR - jobs in which every so many-th request for memory fails once, for each of a
# few hundred requests: the program must end by itself, say why in one line, exit with 1, and leave a
# database that is whole, or no half file; or not need that memory and exit with 0. glibc alone.
set -eu
build=$(cd "$1" && pwd)
program=$build/backtest
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
${CC:-cc} -std=c11 -O1 -w -shared -fPIC -o "$dir/malloc_fails.so" tests/faults/malloc_fails.c
cd "$dir"
XDG_CACHE_HOME=$dir/cache
export XDG_CACHE_HOME
"$program" synth --tickers 4 --bars 200 --dir u >/dev/null

# job OPTION...: into $store
store='-o r.db'
job() {
  # shellcheck disable=SC2086
  LD_PRELOAD=$dir/malloc_fails.so timeout 60 "$program" "$@" --universe u.txt -j 2 $store --quiet \
    --progress never
}

# features OPTION...
features() {
  LD_PRELOAD=$dir/malloc_fails.so timeout 60 "$program" features --universe u.txt -j 2 --out r \
    --indicator all --return 1 --benchmark S00001 --quiet --progress never "$@"
}

# over_another: features into a folder that has another job
over_another() {
  "$program" features --universe u.txt --out r --return 1 --quiet --progress never
  features --overwrite
}

# montecarlo COMMAND OPTION...
montecarlo() {
  LD_PRELOAD=$dir/malloc_fails.so timeout 60 "$program" "$@" -j 2 -o r.db --quiet --progress never
}

# look: "ok", or what is wrong with what a run has left
look() {
  whole=ok
  [ ! -s r.db ] || whole=$(sqlite3 r.db 'PRAGMA integrity_check')
  [ ! -d r ] || [ -z "$(find r -name '.*' -type f)" ] || whole='left half a file'
  [ -z "$(find . -maxdepth 1 -name '.backtest-part*')" ] || whole='left half a file'
}

# fail_each JOB OPTION...: a request fails in each run of the job
fail_each() {
  total=$(FAIL_COUNT=1 "$@" 2>&1)
  rm -rf r.db r
  [ "$total" -gt 250 ] || { echo "faults.sh: $total requests: nothing is counted" >&2; exit 1; }
  n_runs=0 n_failed=0 n_wrong=0 at=1
  while [ "$at" -lt "$total" ]; do
    status=0
    FAIL_AT=$at "$@" 2>err || status=$?
    look
    lines=$(wc -l <err)
    # before main() the Fortran runtime, of LAPACK, says it in two lines of its own
    if [ "$(head -c 24 err)" = 'Operating system error: ' ]; then lines=1; fi
    if [ "$whole" != ok ] || [ "$status" -gt 1 ] || [ "$lines" != "$status" ]; then
      echo "request $at: exit $status, $lines lines, results $whole: $(head -n 3 err)"
      n_wrong=$((n_wrong + 1))
    fi
    n_runs=$((n_runs + 1)) n_failed=$((n_failed + status))
    rm -rf r.db r.db-wal r.db-shm r r.npy
    # all of the first, where most kinds of memory are asked for; then fewer and fewer
    at=$((at + 1 + at / 200))
  done
  echo "faults: $n_runs runs, one request of $total failed in each; $n_failed ended with 1," \
    "$n_wrong wrong"
  [ "$n_wrong" = 0 ] && [ "$n_failed" -gt 100 ]
}

fail_each job --strategy macd --grid
fail_each job walkforward --strategy sma --grid --param stop_loss=0,5% --train 4m --test 1m \
  --select universe --keep top:2 --save trades,equity --regimes trend:20 --benchmark S00001
fail_each job walkforward --strategy sma --grid --train 4m --test 1m --keep all
fail_each features
fail_each features --panel --format csv
fail_each over_another
fail_each montecarlo simulate --model heston --paths 3000 --steps 3 --paths-file r.npy
fail_each montecarlo simulate --fit S00001 --data u --model garch --paths 2000
fail_each montecarlo option --style asian --spot 100 --strike 90:110:5 --vol 0.1,0.2 --expiry 1 \
  --steps 5 --paths 3000 --method sobol
fail_each montecarlo option --style american --type put --spot 100 --strike 90:110:5 --vol 0.2 \
  --rate 0.05 --expiry 1 --steps 5 --paths 3000
store=
fail_each job --strategy sma --grid --check-lookahead --benchmark S00001 --size vol:15%
