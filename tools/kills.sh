#!/bin/sh
# kills.sh BUILD_DIR [KILLS [SEED [TICKERS]]] - jobs that are killed (-9) at random moments and go on
# with --resume, until there were KILLS [50] kills. What is done is committed about once a second: with
# TICKERS [300] jobs last long enough for many of the kills to come between two tasks. After each one the database must be whole; when the
# job has come to its end, every table, sorted, must be that of a run that nothing has interrupted,
# but for clock times and the command line.
set -eu
build=$(cd "$1" && pwd)
n_kills=${2:-50} seed=${3:-1} n_tickers=${4:-300}
program=$build/backtest
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
XDG_CACHE_HOME=$dir/cache # the first runs make it; kills come upon it half made, too
export XDG_CACHE_HOME
"$program" synth --tickers "$n_tickers" --bars 900 --seed "$seed" --dir u >/dev/null
printf 'Date,Open,High,Low,Close\n2020-01-02,1,x,1,1\n' >u/BAD.csv
echo BAD >>u.txt

grid='--universe u.txt --strategy sma --param fast=2:40:2 --param slow=20:200:20 --progress never'
walk="walkforward $grid --train 9m --test 3m"
cat >jobs <<END
$grid --keep all --save trades,equity --regimes trend:50
$grid --keep top:3 --portfolio all --benchmark S00001 --regimes drawdown:10%
$grid --keep selected --objective calmar --require n_trades>=3 --stop-loss 5% --save trades
$walk --save trades,equity --regimes vol:20
$walk --select universe --require n_trades>=2 --keep top:3 --regimes trend:50 --benchmark S00002
$walk --select universe --min-trades 3 --objective total_return --save equity
$walk --keep all --gap 5d --require max_drawdown>=-0.1 --fill close --direction both
END
n_jobs=$(wc -l <jobs)

# job NUMBER OPTION...: runs it into r.db
job() {
  number=$1
  shift
  # shellcheck disable=SC2046
  exec "$program" $(sed -n "${number}p" jobs) --quiet -j 2 -o r.db "$@" 2>err
}

rows() {
  sqlite3 r.db .dump | grep -Ev '^INSERT INTO (runs|tasks) ' | sort
  sqlite3 r.db 'SELECT run_id, kind, label, status, version, strategy, universe, options, seed,
    n_tickers, n_combos, n_windows, bar_combos FROM runs; SELECT run_id, task FROM tasks
    ORDER BY run_id, task; PRAGMA integrity_check; PRAGMA foreign_key_check'
}

# random MOST: a number from MOST / 8 to MOST; Park and Miller 1988, a new state for each number
n_random=0
random() {
  awk -v x="$((seed * 1000 + n_random))" -v most="$1" 'BEGIN {
    x = x % 2147483646 + 1
    for (i = 0; i < 8; i++) x = x * 16807 % 2147483647
    print most * (1 + 7 * x / 2147483647) / 8
  }'
}

# On a copy: looking at the database itself would do what the program has to do.
check_whole() {
  rm -rf copy
  mkdir copy
  cp r.db* copy/ 2>/dev/null || return 0
  [ -s copy/r.db ] || return 0
  whole=$(sqlite3 copy/r.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')
  [ "$whole" = ok ] || { echo "$what: a kill has left: $whole"; n_wrong=$((n_wrong + 1)); }
  left=$(sqlite3 copy/r.db "SELECT count(*) > 0 FROM tasks JOIN runs USING (run_id)
    WHERE status = 'running'" 2>/dev/null) || left=0
  n_midway=$((n_midway + left))
}

i=0
while [ "$i" -lt "$n_jobs" ]; do
  i=$((i + 1))
  (job "$i") || { echo "job $i fails:"; cat err; exit 1; }
  rows >"want.$i"
  sqlite3 r.db 'SELECT elapsed_s + 0.05 FROM runs' >"seconds.$i"
  rm -f r.db*
done

n_kills_a_round=$((n_kills / 10 + 1))
n_done=0 n_midway=0 n_rounds=0 n_wrong=0
while [ "$n_done" -lt "$n_kills" ]; do
  i=$(((seed + n_rounds) % n_jobs + 1)) n_rounds=$((n_rounds + 1)) n_tries=0
  while [ "$n_tries" -lt "$n_kills_a_round" ] && [ "$n_done" -lt "$n_kills" ]; do
    n_random=$((n_random + 1))
    what="job $i, seed $seed, random number $n_random"
    job "$i" --resume &
    child=$!
    sleep "$(random "$(cat "seconds.$i")")"
    kill -KILL "$child" 2>/dev/null || true
    status=0
    wait "$child" 2>/dev/null || status=$?
    [ "$status" = 137 ] || break
    n_tries=$((n_tries + 1)) n_done=$((n_done + 1))
    check_whole
  done
  status=0
  (job "$i" --resume) || status=$?
  rows >got || true
  if [ "$status" != 0 ] || ! diff "want.$i" got >difference; then
    echo "job $i, seed $seed: after $n_tries kills exit $status: $(head -n 1 err)"
    cut -c 1-200 difference | head -n 10
    n_wrong=$((n_wrong + 1))
  fi
  [ ! -e r.db-wal ] && [ ! -e r.db-shm ] || { echo "job $i: r.db-wal stays"; n_wrong=$((n_wrong + 1)); }
  rm -f r.db*
done
echo "kills: $n_done kills in $n_rounds rounds of $n_jobs jobs, $n_midway of them between tasks," \
  "$n_wrong wrong"
[ "$n_wrong" = 0 ] && { [ "$n_tickers" -lt 300 ] || [ "$n_midway" -gt $((n_kills / 10)) ]; }
