# pool.sh - what a task costs, beside OpenMP.
section "pool"
"$bin/bench_pool"
