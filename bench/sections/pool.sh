section "pool"
"$bin/bench_pool"
