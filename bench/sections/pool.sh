# pool.sh - what a task costs, beside OpenMP and Python's multiprocessing.Pool.
section "pool"
"$bin/bench_pool" | tee "$dir/pool.txt"
# the time of a tiny task, ns, of two workers that take one at a time
tiny_ns=$(sed -n 's/^tiny   grain 1  *2  *\([0-9.]*\) .*/\1/p' "$dir/pool.txt")
rate=$(divide 1000 "$tiny_ns") # millions a second
row 'tiny tasks a second, two workers' "$rate M" 'at least 1 M' "$(met at_least "$rate" 1)"
peer pool_multiprocessing
cat "$dir/peer.txt"
tasks=$(sed -n 's/.* processes, \([0-9]*\) tiny.*/\1/p' "$dir/peer.txt")
seconds=$(sed -n 's/.*: \([0-9.]*\) s, fastest.*/\1/p' "$dir/peer.txt")
row 'tiny tasks, against multiprocessing.Pool, two processes' \
  "$(divide "$(awk -v s="$seconds" -v n="$tasks" 'BEGIN {print s * 1e9 / n}')" "$tiny_ns") x" -
