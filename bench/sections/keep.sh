# keep.sh - a grid of which the best alone are stored, beside computing alone; its memory.
section "a large grid (sma, $n_tickers x 4851, --keep top:10, two workers)"
fresh top10 compute_large
rounds 3 40
while another_round; do
  sweep top10 --universe "$u_all" --param fast=2:100:1 --param slow=2:100:1 --keep top:10 -j 2 $cold
  cells=$(field bar_combos)
  record compute_large "$bin/bench_compute" "$u_all" 2:100:1 2:100:1 2
done
printf '%.3f s, computing alone %.3f s, %.0f M bar-combinations/s\n' "$(mid top10)" \
  "$(mid compute_large)" "$(divide "$cells" "$(mid top10)e6")"
row_most "$n_tickers x 4851, --keep top:10, against computing alone" top10 compute_large 1.25
megabytes=$(memory top10)
row "peak memory, $n_tickers x 4851" "$megabytes MB" 'at most 120 MB' "$(met at_most "$megabytes" 120)"
