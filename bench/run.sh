#!/bin/sh
# run.sh DIR - every benchmark of `make bench`; DIR has the programs, BACKTEST is the program itself.
# A synthetic universe of 500 x 5040 bars is made once under build/bench, and one of its first
# ticker. BACKTEST_PEERS_PYTHON [python3] runs bench/peers.
set -eu
bin=$1
: "${BACKTEST:?set BACKTEST to the program}"
python=${BACKTEST_PEERS_PYTHON:-python3}
dir=build/bench
mkdir -p "$dir"
[ -s "$dir/u500.txt" ] || "$BACKTEST" synth --tickers 500 --bars 5040 --seed 1 --dir "$dir/u500"
[ -s "$dir/u1.txt" ] || "$BACKTEST" synth --tickers 1 --bars 5040 --seed 1 --dir "$dir/u1"

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
if "$python" -c 'import pandas' 2>/dev/null; then peer=yes
else echo "pandas is not installed: no comparison (bench/peers/README.md)"; fi
: >"$dir/load.txt"
for round in 1 2 3 4 5; do
  "$bin/bench_load" "$dir/u500.txt" 3 >>"$dir/load.txt"
  [ -z "$peer" ] || "$python" bench/peers/load_pandas.py "$dir/u500" >>"$dir/load.txt"
done
loaded=$(sed -n 's/^bt_load  *\([0-9.]*\) MB.*/\1/p' "$dir/load.txt" | median)
sed -n 's/^\(.*[^ ]\)  *\([0-9.]*\) MB.*/\1\t\2/p' "$dir/load.txt" | cut -f 1 | sort -u |
  while read -r name; do
    other=$(grep -F "$name " "$dir/load.txt" | sed 's/ MB.*//; s/.* //' | median)
    awk -v n="$name" -v o="$other" -v l="$loaded" \
      'BEGIN {printf "%-32s %7.0f MB/s; bt_load is %.2f x\n", n, o, l / o}'
  done

# in memory where there is a file system in memory: what a disk takes is the store's matter
memory=$dir
[ -d /dev/shm ] && [ -w /dev/shm ] && memory=/dev/shm

section "walk-forward (one ticker of 5040 bars, 105 combinations of sma, one worker)"
"$bin/bench_walkforward" "$dir/u1.txt" "$memory" 21

# part NAME : what bench_walkforward has called NAME, in seconds: its median, and its fastest
part() {
  sed -n "s/^$1  *\([0-9.]*\) ms.*/\1e-3/p" "$dir/peer_bt.txt" | median
  sed -n "s/^$1 .*fastest  *\([0-9.]*\) ms.*/\1e-3/p" "$dir/peer_bt.txt" | sort -g | head -n 1
}

# seconds FILE : of a peer, its median, and its fastest
seconds() {
  sed -n 's/.*  *\([0-9.]*\) s, fastest.*/\1/p' "$1" | median
  sed -n 's/.*fastest \([0-9.]*\) s$/\1/p' "$1" | sort -g | head -n 1
}

# agreement FILE : in how many windows it has the choice and the test value of peer_bt.txt
agreement() {
  awk 'FNR == NR && /^(chosen|test) / {for (i = 2; i <= NF; i++) own[$1, i] = $i}
    FNR < NR && /^(chosen|test) / {
      for (i = same[$1] = 0; i < NF - 1; i++) {
        here = $(i + 2) ""
        d = here - own[$1, i + 2]
        same[$1] += here == own[$1, i + 2] "" || (d < 2e-6 && d > -2e-6)
      }
      n = NF - 1
    }
    END {printf "the same choice in %d of %d windows, the same test value in %d",
         same["chosen"], n, same["test"]}' "$dir/peer_bt.txt" "$1"
}

section "walk-forward, 36 windows, against what people use (bars in memory, medians)"
if "$python" -c 'import numba, vectorbt' 2>/dev/null; then
  rm -f "$dir"/peer_*.txt
  for round in 1 2 3; do
    "$bin/bench_walkforward" "$dir/u1.txt" "$memory" 7 >>"$dir/peer_bt.txt"
    for peer in vectorbt numba; do
      "$python" "bench/peers/walkforward_$peer.py" "$dir/u1/S00001.csv" >>"$dir/peer_$peer.txt"
    done
  done
  printf '%-24s %10s | how many times as long as\n%-24s %10s | %10s %12s %10s %12s\n' \
    "" "" "" ms evaluation "on all CPUs" run "with file"
  for peer in vectorbt numba; do
    {
      part '36 windows, evaluation'
      part '36 windows, a worker a CPU'
      part '36 windows, run'
      part 'its file, opened and closed'
      seconds "$dir/peer_$peer.txt"
    } | awk -v name="$(sed -n '1s/  .*//p' "$dir/peer_$peer.txt")" '
      {v[NR % 2, int((NR + 1) / 2)] = $1}
      END {for (i = 1; i >= 0; i--) printf "%-24s %10.3f | %8.2f x %10.2f x %8.2f x %10.2f x\n",
             i ? name : "  of the fastest", v[i, 5] * 1e3, v[i, 5] / v[i, 1], v[i, 5] / v[i, 2],
             v[i, 5] / v[i, 3], v[i, 5] / (v[i, 3] + v[i, 4])}'
    echo "  $(agreement "$dir/peer_$peer.txt")"
  done
else echo "vectorbt and numba are not installed: no comparison (bench/peers/README.md)"; fi

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
