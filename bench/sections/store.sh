section "store"
"$bin/bench_store" "$dir"
