# windows.sh - many windows of one target, from holding to holding and plainly.
section "windows (one core, 5040 bars, 105 combinations of sma, targets given)"
"$bin/bench_windows"
