# workers.sh - what a second worker, and all of them, gain.
section "workers (sma, $n_tickers x 4851, --keep selected, parsed bars kept)"
many=$(printf '%s\n' 2 "$n_cpus" | sort -un)
for jobs in 1 $many; do fresh "workers$jobs"; done
rounds 5 90
while another_round; do
  for jobs in 1 $many; do
    sweep "workers$jobs" --universe "$u_all" --param fast=2:100:1 --param slow=2:100:1 \
      --keep selected -j "$jobs" $warm
  done
done
for jobs in 1 $many; do
  printf '%2d workers %8.3f s, fastest %.3f s, %.0f MB\n' "$jobs" "$(mid "workers$jobs")" \
    "$(low "workers$jobs")" "$(memory "workers$jobs")"
done
row_least "two workers against one, $n_tickers x 4851, --keep selected" workers1 workers2 1.9
[ "$n_cpus" -le 2 ] || row_least "$n_cpus workers against one" workers1 "workers$n_cpus" -
