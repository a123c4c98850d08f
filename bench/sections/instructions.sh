# instructions.sh - instructions a bar-combination, as valgrind counts them: the one figure that a busy
# machine does not change.
section "instructions (one block of 174 combinations of sma on 5040 bars, by valgrind)"

# count SIDE WAY: of bench_instructions, a bar-combination
count() {
  valgrind --tool=callgrind --callgrind-out-file="$dir/callgrind.out" --collect-atstart=no \
    --toggle-collect=run_block "$counted_bin/bench_instructions" "$dir/u1.txt" "$1" "$2" \
    >"$dir/instructions.txt" 2>"$dir/valgrind.txt" || {
    cat "$dir/valgrind.txt" >&2
    return 1
  }
  cells=$(sed -n 's/ bar-combinations,.*//p' "$dir/instructions.txt")
  counted=$(sed -n 's/.*Collected : \([0-9]*\)$/\1/p' "$dir/valgrind.txt")
  [ "${counted:-0}" -gt 0 ] || {
    echo "instructions.sh: valgrind has counted nothing" >&2
    return 1
  }
  divide "$counted" "$cells"
}

if command -v valgrind >/dev/null 2>&1; then
  for side in long both; do
    for way in open targets plain holdings; do
      figure=$(count "$side" "$way")
      eval "$way=$figure"
      printf '%-6s %-10s %8s instructions a bar-combination\n' "$side" "$way" "$figure"
    done
    level=$(sed -n 's/.* bar-combinations, //p' "$dir/instructions.txt")
    row "instructions a bar-combination, $side, $level" "$holdings, plain $plain, targets $targets" -
  done
else echo 'valgrind is not installed: instructions are not counted'; fi
