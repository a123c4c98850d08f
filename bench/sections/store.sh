# store.sh - rows a second into the result database.
section "store"
"$bin/bench_store" "$dir"
