# growth.sh - how time and memory grow with tickers, bars, combinations and workers.
section "growth (sma, --keep top:10, two workers but where it says otherwise, medians)"

# measure NAME ARGUMENT...: a line of the table. Bars are loaded from CSV.
measure() {
  name=growth_$1
  shift
  sweep "$name" --keep top:10 $cold "$@"
  field bar_combos >"$records/$name.cells"
}

# show NAME WHAT FACTOR
show() {
  printf '%-32s %6s %10.3f s %8.0f MB %8.3f ns a bar-combination\n' "$2" "x $3" \
    "$(mid "growth_$1")" "$(memory "growth_$1")" \
    "$(divide "$(mid "growth_$1")e9" "$(cat "$records/growth_$1.cells")")"
}

for name in tickers1 tickers10 bars1 bars10 bars100 combos1 combos10 combos100; do
  fresh "growth_$name"
done
numbers=$(awk -v n="$n_cpus" 'BEGIN {for (j = 1; j < n; j *= 2) print j; print n}')
for jobs in $numbers; do fresh "growth_workers$jobs"; done
universe u500 500 5040
universe long504 5 504
universe long5040 5 5040
universe long50400 5 50400
rounds 3 60
while another_round; do
  measure tickers1 --universe "$dir/u50.txt" --grid -j 2
  measure tickers10 --universe "$dir/u500.txt" --grid -j 2
  measure bars1 --universe "$dir/long504.txt" --grid -j 2
  measure bars10 --universe "$dir/long5040.txt" --grid -j 2
  measure bars100 --universe "$dir/long50400.txt" --grid -j 2
  measure combos1 --universe "$dir/u50.txt" --param fast=2:11:1 --param slow=2:11:1 -j 2
  measure combos10 --universe "$dir/u50.txt" --param fast=2:32:1 --param slow=2:32:1 -j 2
  measure combos100 --universe "$dir/u50.txt" --param fast=2:98:1 --param slow=2:98:1 -j 2
  for jobs in $numbers; do measure "workers$jobs" --universe "$u_all" --grid -j "$jobs"; done
done
show tickers1 '50 tickers x 174' 1
show tickers10 '500 tickers x 174' 10
show bars1 '5 tickers of 504 bars x 174' 1
show bars10 '5 tickers of 5040 bars x 174' 10
show bars100 '5 tickers of 50400 bars x 174' 100
show combos1 '50 tickers x 45 combinations' 1
show combos10 '50 tickers x 465 combinations' 10.3
show combos100 '50 tickers x 4656 combinations' 103
for jobs in $numbers; do show "workers$jobs" "$n_tickers x 174, workers" "$jobs"; done
