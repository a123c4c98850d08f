# walkforward.sh - a walk-forward and what its windows cost, beside vectorbt and numba.
section "walk-forward (one ticker of 5040 bars, 105 combinations of sma, one worker)"
"$bin/bench_walkforward" "$dir/u1.txt" "$in_memory" 21

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
if has_modules numba vectorbt; then
  rm -f "$dir"/peer_*.txt
  fresh walk walk_run walk_vectorbt
  for round in 1 2 3; do
    "$bin/bench_walkforward" "$dir/u1.txt" "$in_memory" 7 >>"$dir/peer_bt.txt"
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
  note walk $(part '36 windows, evaluation')
  note walk_run $(part '36 windows, run')
  note walk_vectorbt $(seconds "$dir/peer_vectorbt.txt")
  row_least 'walk-forward, evaluation, against vectorbt' walk_vectorbt walk 300
  row_least 'walk-forward, whole run, against vectorbt' walk_vectorbt walk_run -
else no_peers 'vectorbt and numba are'; fi
