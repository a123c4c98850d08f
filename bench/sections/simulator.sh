section "simulator (one core, 5040 bars, 174 combinations of sma)"
"$bin/bench_simulate"
