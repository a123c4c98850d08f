# sweep.sh - evaluation alone, beside the plain simulator, numba and vectorbt.
section "sweep, evaluation alone (50 tickers x 174 combinations, one worker, bars in memory)"
fresh plain evaluator outside on_bar plain_both evaluator_both segments segments_8 vectorbt_sweep
with_numba= with_vectorbt=
if has_modules numba pandas; then with_numba=yes; else no_peers 'numba is'; fi
if has_modules vectorbt; then with_vectorbt=yes; else no_peers 'vectorbt is'; fi
sweep check50 --universe "$dir/u50.txt" --grid --keep all
rounds 3 60
while another_round; do
  "$bin/bench_sweep" "$dir/u50.txt" 5 >"$dir/sweep.txt"
  note_line plain 'long, plain simulator' "$dir/sweep.txt"
  note_line evaluator 'long, evaluator  ' "$dir/sweep.txt"
  note_line outside 'long, evaluator, strategy outside' "$dir/sweep.txt"
  note_line on_bar 'long, on_bar' "$dir/sweep.txt"
  note_line plain_both 'both, plain simulator' "$dir/sweep.txt"
  note_line evaluator_both 'both, evaluator' "$dir/sweep.txt"
  if [ -n "$with_numba" ]; then
    peer sweep_numba "$dir/u50" "$dir/check50.db" 7
    note_line segments 'numba segments, bar by bar' "$dir/peer.txt"
    note_line segments_8 'numba segments, 8 bars at once' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/sweep_numba.txt"
  fi
  if [ -n "$with_vectorbt" ] && [ "$round" = 1 ]; then
    peer sweep_vectorbt "$dir/u50" "$dir/check50.db" 3 2
    note_line vectorbt_sweep 'vectorbt  ' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/sweep_vectorbt.txt"
  fi
done
cat "$dir/sweep.txt"
if [ -n "$with_numba" ]; then
  cat "$dir/sweep_numba.txt"
  row_least 'sweep, against numba, segments' segments evaluator 5
  row_least 'sweep, against numba, segments, 8 bars at once' segments_8 evaluator -
fi
if [ -n "$with_vectorbt" ]; then
  cat "$dir/sweep_vectorbt.txt"
  row_least 'sweep, against vectorbt' vectorbt_sweep evaluator 500
fi
row_least 'sweep, against the plain simulator' plain evaluator 8
row_least 'long and short, against the plain simulator' plain_both evaluator_both 4
row_most 'a strategy outside the library, against the built-in' outside evaluator 1.05
row_most 'a strategy called bar by bar, against the plain simulator' on_bar plain -
rate=$(awk -v s="$(mid on_bar)" 'BEGIN {printf "%.0f", 50 * 5040 * 174 / s * 1e-6}')
row 'a strategy called bar by bar, bar-combinations a second' "$rate M" 'at least 100 M' \
  "$(met at_least "$rate" 100)"
