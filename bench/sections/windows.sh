section "windows (one core, 5040 bars, 105 combinations of sma, targets given)"
"$bin/bench_windows"
