# overlap.sh - windows that overlap, beside one pass over the history.
section "overlap (one ticker of 5040 bars, 174 combinations of sma, 21 windows of 1260 bars)"
fresh history windows
rounds 3 20
while another_round; do
  "$bin/bench_overlap" "$dir/u1.txt" 11 >"$dir/overlap.txt"
  note_line history 'the history, evaluator' "$dir/overlap.txt"
  note_line windows '21 windows, evaluator' "$dir/overlap.txt"
done
cat "$dir/overlap.txt"
row_most '21 windows that overlap 5 x, against one pass' windows history 2.5
