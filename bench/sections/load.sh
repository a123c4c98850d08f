# load.sh - CSV files, and bars out of the bar cache; beside libcsv with strtod, and pandas.
section "loading (one core, $n_tickers files, medians of interleaved rounds, MB/s)"
with_pandas=
if has_modules pandas; then with_pandas=yes; else no_peers 'pandas is'; fi
: >"$dir/load.txt"
for round in 1 2 3 4 5; do
  "$bin/bench_load" "$u_all" 3 "$dir" >>"$dir/load.txt"
  [ -z "$with_pandas" ] || "$python" bench/peers/load_pandas.py "${u_all%.txt}" >>"$dir/load.txt"
done

# rate NAME: of its lines
rate() { sed -n "s/^$1  *\([0-9.]*\) MB.*/\1/p" "$dir/load.txt" | median; }

loaded=$(rate bt_load)
for name in 'libcsv + strtod' 'bt_load' 'bt_load, the long way' 'bt_load, bars written' \
  'bt_load, bars kept' 'pandas.read_csv'; do
  other=$(rate "$name")
  [ -z "$other" ] || printf '%-32s %7.0f MB/s; bt_load is %.2f x\n' "$name" "$other" \
    "$(divide "$loaded" "$other")"
done
row 'loading, against libcsv + strtod' "$(divide "$loaded" "$(rate 'libcsv + strtod')") x" '-'
[ -z "$with_pandas" ] ||
  row 'loading, against pandas.read_csv' "$(divide "$loaded" "$(rate pandas.read_csv)") x" '-'
kept=$(rate 'bt_load, bars kept')
ratio=$(divide "$kept" "$(rate 'bt_load, the long way')")
row 'bars kept, against the long way of CSV' "$ratio x" 'at least 20 x' "$(met at_least "$ratio" 20)"
row 'bars kept, against loading CSV' "$(divide "$kept" "$loaded") x" -
row 'loading and writing bars, time against loading' \
  "$(divide "$loaded" "$(rate 'bt_load, bars written')") x" -
