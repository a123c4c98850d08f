# whole.sh - from CSV to SQLite, beside its parts, numba and vectorbt; its memory.
section "whole job, CSV to SQLite (sma, $n_tickers x 174, --keep all, two workers)"
fresh cold warm python_cold python_warm vectorbt_whole compute store
with_numba= with_vectorbt=
if has_modules numba pandas; then with_numba=yes; else no_peers 'numba is'; fi
if has_modules vectorbt; then with_vectorbt=yes; else no_peers 'vectorbt is'; fi
sweep warm --universe "$u_all" --grid -j 2 $warm # keeps the bars
fresh warm
rounds 5 90
while another_round; do
  sweep cold --universe "$u_all" --grid --keep all -j 2 $cold
  sweep warm --universe "$u_all" --grid --keep all -j 2 $warm
  record compute "$bin/bench_compute" "$u_all" 5:50:5 20:200:10 2
  "$bin/bench_store" "$dir" 174 "$n_tickers" 1 >"$dir/store.txt"
  sed -n 's/^fresh file, writer thread  *\([0-9]*\) rows.*/\1/p' "$dir/store.txt" |
    awk -v n="$n_tickers" '{print 174 * n / $1}' >>"$records/store.s"
  if [ -n "$with_numba" ] && [ "$round" -le 3 ]; then
    peer whole_numba cold "${u_all%.txt}" "$dir/peer.db" "$dir/cold.db" 3
    note_line python_cold 'numba + pandas' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/whole_cold.txt"
    peer whole_numba warm "${u_all%.txt}" "$dir/peer.db" "$dir/cold.db" 3
    note_line python_warm 'numba + pandas' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/whole_warm.txt"
  fi
done
if [ -n "$with_vectorbt" ]; then
  peer whole_vectorbt "${u_all%.txt}" "$dir/peer.db" "$dir/cold.db" 3 1
  note_line vectorbt_whole 'vectorbt + pandas' "$dir/peer.txt"
  mv "$dir/peer.txt" "$dir/whole_vectorbt.txt"
fi
printf '%-32s %10.6f s, fastest %.6f s, %.0f MB\n' 'cold, two workers' "$(mid cold)" "$(low cold)" \
  "$(memory cold)"
printf '%-32s %10.6f s, fastest %.6f s, %.0f MB\n' 'warm, two workers' "$(mid warm)" "$(low warm)" \
  "$(memory warm)"
printf '%-32s %10.6f s, fastest %.6f s\n' 'computing alone' "$(mid compute)" "$(low compute)" \
  'writing alone' "$(mid store)" "$(low store)"
if [ -n "$with_numba" ]; then
  cat "$dir/whole_cold.txt" "$dir/whole_warm.txt"
  row_least 'whole job, cold, against numba + pandas' python_cold cold 4
  row_least 'whole job, warm, against numba + npy' python_warm warm 4
fi
if [ -n "$with_vectorbt" ]; then
  cat "$dir/whole_vectorbt.txt"
  row_least 'whole job, cold, against vectorbt + pandas' vectorbt_whole cold 200
fi
longer=compute
[ "$(met at_least "$(mid store)" "$(mid compute)")" = no ] || longer=store
row_most 'whole job, against the longer of computing and writing' cold $longer 1.2
megabytes=$(memory cold)
row "peak memory, $n_tickers x 174" "$megabytes MB" 'at most 100 MB' "$(met at_most "$megabytes" 100)"
