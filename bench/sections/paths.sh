# paths.sh - paths of a price to expiry, beside numpy, QuantLib and Python alone.
section "paths (geometric Brownian motion, 252 steps to the price at expiry)"
n_paths=200000 n_quantlib=10000 n_python=2000
fresh paths_alone paths_1 paths_2 paths_numpy paths_quantlib paths_python
with_numpy= with_quantlib=
if has_modules numpy; then with_numpy=yes; else no_peers 'numpy is'; fi
if has_modules QuantLib; then with_quantlib=yes; else no_peers 'QuantLib is'; fi

# note_scaled NAME BEGINNING FILE N: the time of N paths as that of n_paths.
note_scaled() {
  pair=$(sed -n "s/^$2.* \([0-9.]*\) s, fastest \([0-9.]*\) s.*/\1 \2/p" "$3")
  note "$1" "$(awk -v s="${pair% *}" -v n="$n_paths" -v of="$4" 'BEGIN {print s * n / of}')" \
    "$(awk -v s="${pair#* }" -v n="$n_paths" -v of="$4" 'BEGIN {print s * n / of}')"
}

rounds 5 60
while another_round; do
  "$bin/bench_paths" gbm $n_paths 252 3 >"$dir/paths.txt"
  note_line paths_alone alone "$dir/paths.txt"
  note_line paths_1 '1 worker' "$dir/paths.txt"
  note_line paths_2 '2 workers' "$dir/paths.txt"
  if [ -n "$with_numpy" ]; then
    peer paths_numpy numpy $n_paths 1
    note_line paths_numpy numpy "$dir/peer.txt"
  fi
  if [ -n "$with_quantlib" ]; then
    peer paths_quantlib $n_quantlib 1
    note_scaled paths_quantlib quantlib "$dir/peer.txt" $n_quantlib
  fi
  if command -v "$python" >/dev/null 2>&1; then
    peer paths_numpy python $n_python 1
    note_scaled paths_python python "$dir/peer.txt" $n_python
  fi
done
cat "$dir/paths.txt"
[ -z "$with_numpy" ] || row_least '252 steps, one core, against numpy' paths_numpy paths_alone 2.5
[ -z "$with_quantlib" ] || row_least '252 steps, one core, against QuantLib' paths_quantlib paths_alone 80
[ ! -f "$records/paths_python.s" ] || row_least '252 steps, one core, against Python alone' paths_python paths_alone -
row_least '252 steps, two workers against one' paths_1 paths_2 1.9
row_most '252 steps, one worker against no pool' paths_1 paths_alone 1.03
for model in heston merton garch; do
  "$bin/bench_paths" $model 50000 252 3 >"$dir/paths.txt"
  echo "$model"; cat "$dir/paths.txt"
done
