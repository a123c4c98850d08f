#!/bin/sh
# run.sh DIR [SECTION...] - the sections of `make bench`, all of them or those named; DIR has the
# programs, BACKTEST is the program itself. Each is a file of bench/sections, run in a process of its
# own. Universes and results are under build/bench; the table is printed, and kept in table.txt there.
#
# BACKTEST_PEERS_PYTHON [python3] runs bench/peers; BENCH_TICKERS [500] is the size of the universe.
# BENCH_COUNTED [DIR] has the bench_instructions that valgrind can run: it knows no AVX-512.
# BENCH_MINUTE_TICKERS [4] and BENCH_MINUTE_BARS [200000] are that of the section `minute`.
set -eu
bin=$1
shift
counted_bin=${BENCH_COUNTED:-$bin}
: "${BACKTEST:?set BACKTEST to the program}"
python=${BACKTEST_PEERS_PYTHON:-python3}
dir=build/bench
n_tickers=${BENCH_TICKERS:-500}
u_all=$dir/u$n_tickers.txt
all_sections="simulator instructions windows overlap load sweep walkforward store pool paths whole keep workers growth minute features random american option"
mkdir -p "$dir/rows"

# nothing is kept outside of build/bench
XDG_CACHE_HOME=$PWD/$dir/cache NUMBA_CACHE_DIR=$PWD/$dir/numba PYTHONDONTWRITEBYTECODE=1
export XDG_CACHE_HOME NUMBA_CACHE_DIR PYTHONDONTWRITEBYTECODE

# universe NAME TICKERS BARS: made once.
universe() {
  [ -s "$dir/$1.txt" ] || {
    "$BACKTEST" synth --tickers "$2" --bars "$3" --seed 1 --dir "$dir/$1"
    sleep 3 # a file that was written just now is not kept as parsed bars
  }
}
universe "u$n_tickers" "$n_tickers" 5040
universe u50 50 5040
universe u1 1 5040

# in memory where there is a file system in memory: what a disk takes is the store's matter
in_memory=$dir
if [ -d /dev/shm ] && [ -w /dev/shm ]; then in_memory=/dev/shm; fi

# how the program is told not to use parsed bars that were kept, and to use them
cold=--no-cache warm="--cache-dir $dir/bars"
n_cpus=$(getconf _NPROCESSORS_ONLN)

. bench/shared.sh
[ $# -gt 0 ] || set -- $all_sections
for name; do
  [ -f "bench/sections/$name.sh" ] || {
    echo "run.sh: no section '$name'; there are: $all_sections" >&2
    exit 2
  }
done
for name; do
  rows=$dir/rows/$name
  : >"$rows"
  began=$(date +%s)
  (. "bench/sections/$name.sh")
  echo "($name: $(($(date +%s) - began)) s)"
done

# table SECTION...: their rows as Markdown
table() {
  printf '| what | figure | aim | met |\n| --- | --- | --- | --- |\n'
  printf '| measured | %s, %d CPUs | - | - |\n' "$("$BACKTEST" --version)" "$n_cpus"
  for name; do cat "$dir/rows/$name"; done | sed 's/\t/ | /g; s/^/| /; s/$/ |/'
}
section "the table (medians of interleaved runs; also in $dir/table.txt)"
table "$@" | tee "$dir/table.txt"
