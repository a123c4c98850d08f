# simulator.sh - the plain simulator beside a plain loop.
section "simulator (one core, 5040 bars, 174 combinations of sma)"
"$bin/bench_simulate"
