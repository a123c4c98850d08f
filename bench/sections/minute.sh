# minute.sh - bars of a minute beside daily ones.
tickers=${BENCH_MINUTE_TICKERS:-4} bars=${BENCH_MINUTE_BARS:-200000}
section "minute bars ($tickers tickers x $bars bars x 100 combinations, two workers, --keep top:10)"
minutes=$dir/minutes_${tickers}_$bars
[ -s "$minutes.txt" ] || "$bin/bench_minutes" "$minutes" "$tickers" "$bars"
fresh minute daily
rounds 3 60
while another_round; do
  sweep daily --universe "$u_all" --param fast=5:50:5 --param slow=60:150:10 --keep top:10 -j 2 $cold
  daily_cells=$(field bar_combos)
  sweep minute --universe "$minutes.txt" --param fast=5:50:5 --param slow=60:150:10 --keep top:10 \
    -j 2 $cold
  minute_cells=$(field bar_combos)
done
daily=$(divide "$(mid daily)e9" "$daily_cells") minute=$(divide "$(mid minute)e9" "$minute_cells")
printf '%s x 5040 daily bars: %.3f s, %s ns a bar-combination, %.0f MB\n' "$n_tickers" \
  "$(mid daily)" "$daily" "$(memory daily)"
printf '%s x %s minute bars: %.3f s, %s ns a bar-combination, %.0f MB\n' "$tickers" "$bars" \
  "$(mid minute)" "$minute" "$(memory minute)"
ratio=$(divide "$minute" "$daily")
row 'minute bars, time a bar-combination against daily bars' "$ratio x" 'at most 2 x' \
  "$(met at_most "$ratio" 2)"
row "peak memory, $tickers x $bars minute bars x 100" "$(memory minute) MB" 'bounded' -
