#!/bin/sh
# run.sh DIR - every benchmark of `make bench`; DIR has the programs, BACKTEST is the program itself.
# A synthetic universe of 500 x 5040 bars is made once under build/bench.
set -eu
bin=$1
: "${BACKTEST:?set BACKTEST to the program}"
dir=build/bench
mkdir -p "$dir"
[ -s "$dir/u500.txt" ] || "$BACKTEST" synth --tickers 500 --bars 5040 --seed 1 --dir "$dir/u500"

section() { printf '\n== %s\n' "$1"; }

# seconds COMMAND... : prints the run's own elapsed time from --json
elapsed() { "$@" --json --progress never | sed -n 's/^ *"elapsed_s": *\([0-9.e-]*\).*/\1/p'; }

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

section "simulator (one core, 5040 bars, 174 combinations of sma)"
"$bin/bench_simulate"

section "windows (one core, 5040 bars, 105 combinations of sma, targets given)"
"$bin/bench_windows"

section "loading (one core, 500 files, medians of interleaved rounds, MB/s)"
peer=
if python3 -c 'import pandas' 2>/dev/null; then peer=yes
else echo "pandas is not installed: no comparison (bench/peers/README.md)"; fi
: >"$dir/load.txt"
for round in 1 2 3 4 5; do
  "$bin/bench_load" "$dir/u500.txt" 3 >>"$dir/load.txt"
  [ -z "$peer" ] || python3 bench/peers/load_pandas.py "$dir/u500" >>"$dir/load.txt"
done
loaded=$(sed -n 's/^bt_load  *\([0-9.]*\) MB.*/\1/p' "$dir/load.txt" | median)
sed -n 's/^\(.*[^ ]\)  *\([0-9.]*\) MB.*/\1\t\2/p' "$dir/load.txt" | cut -f 1 | sort -u |
  while read -r name; do
    other=$(grep -F "$name " "$dir/load.txt" | sed 's/ MB.*//; s/.* //' | median)
    awk -v n="$name" -v o="$other" -v l="$loaded" \
      'BEGIN {printf "%-32s %7.0f MB/s; bt_load is %.2f x\n", n, o, l / o}'
  done

section "store"
"$bin/bench_store" "$dir"

section "pool"
"$bin/bench_pool"

section "workers: computing part (--keep selected), sma 500 x 174, medians of interleaved runs"
rm -f "$dir"/w*.txt
for round in 1 2 3 4 5; do
  for jobs in 1 2 $(getconf _NPROCESSORS_ONLN); do
    rm -f "$dir/w.db"
    elapsed "$BACKTEST" --universe "$dir/u500.txt" --strategy sma --grid --commission 0.1% \
      --keep selected -j "$jobs" -o "$dir/w.db" >>"$dir/w$jobs.txt"
  done
done
one=$(median <"$dir/w1.txt")
for jobs in 2 $(getconf _NPROCESSORS_ONLN); do
  many=$(median <"$dir/w$jobs.txt")
  awk -v a="$one" -v b="$many" -v j="$jobs" \
    'BEGIN {printf "%d workers %.3f s, one worker %.3f s: %.2f x\n", j, b, a, a / b}'
done | sort -u

section "whole job, sma 500 x 174, --keep all"
rm -f "$dir/w.db"
"$BACKTEST" --universe "$dir/u500.txt" --strategy sma --grid --commission 0.1% -o "$dir/w.db" \
  --progress never | sed -n 1,2p
