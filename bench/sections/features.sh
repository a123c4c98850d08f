# features.sh - the columns of feature matrices, beside TA-Lib called from numpy; whole jobs beside pandas.
section "features ($n_tickers tickers of 5040 bars; two workers, two processes; the indicators that TA-Lib has, too, and all)"
fresh columns rows written all_columns talib features_cold talib_whole
with_talib=
if has_modules talib numpy pandas; then with_talib=yes; else no_peers 'TA-Lib, numpy or pandas is'; fi
specs=$("$bin/bench_features" known $(sed -n 's/^    "\([^"]*\)": lambda.*/\1/p' bench/peers/features_talib.py))
alone= indicators= # those without a benchmark; as options
for spec in $specs; do
  case $spec in correlation* | beta*) continue ;; esac
  alone="$alone $spec" indicators="$indicators --indicator $spec"
done

# features NAME OPTION...: of the large universe into a fresh $dir/NAME
features() {
  name=$1
  shift
  rm -rf "$dir/$name"
  record "$name" "$BACKTEST" features --universe "$u_all" -j 2 --progress never --json \
    --out "$dir/$name" "$@"
}
features features_ohlcv --ohlcv $cold
features features_check $(for spec in $specs; do echo --indicator $spec; done) --benchmark S00001 $cold
if [ -n "$with_talib" ]; then # the same values, on every bar of every ticker
  peer features_talib compare "$dir/features_ohlcv" "$dir/features_check" $specs
  mv "$dir/peer.txt" "$dir/features_compared.txt"
fi
rounds 5 90
while another_round; do
  "$bin/bench_features" "$u_all" "$dir/features_out" 1 2 $specs >"$dir/features.txt"
  note_line columns 'columns alone' "$dir/features.txt"
  note_line rows 'columns, as rows  ' "$dir/features.txt"
  note_line written 'columns, as rows, written' "$dir/features.txt"
  rm -rf "$dir/features_out"
  "$bin/bench_features" "$u_all" "$dir/features_out" 1 2 all >"$dir/features_all.txt"
  note_line all_columns 'columns alone' "$dir/features_all.txt"
  rm -rf "$dir/features_out"
  features features_cold $indicators $cold
  if [ -n "$with_talib" ]; then
    peer features_talib "$dir/features_ohlcv" 1 2 $specs
    note_line talib 'TA-Lib, columns alone' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/features_talib.txt"
    if [ "$round" -le 3 ]; then
      peer features_talib whole "${u_all%.txt}" "$dir/features_peer" 1 2 $alone
      note_line talib_whole 'pandas + TA-Lib + numpy.save' "$dir/peer.txt"
      mv "$dir/peer.txt" "$dir/features_whole.txt"
    fi
  fi
done
# n_columns FILE: of which it is
n_columns() { sed -n 's/.* a value of \([0-9]*\) columns$/\1/p' "$1" | head -n 1; }
n_both=$(n_columns "$dir/features.txt") n_all=$(n_columns "$dir/features_all.txt")
echo "indicators:" $specs
cat "$dir/features.txt" "$dir/features_all.txt"
printf '%-34s %10.6f s, fastest %.6f s, %.0f MB\n' 'backtest features, from CSV to .npy' \
  "$(mid features_cold)" "$(low features_cold)" "$(memory features_cold)"
if [ -n "$with_talib" ]; then
  cat "$dir/features_talib.txt" "$dir/features_whole.txt" "$dir/features_compared.txt"
  n_same=$(sed -n 's/.* the same to 1e-6: //p' "$dir/features_compared.txt")
  row_least "features, the $n_both columns that both have, against TA-Lib" talib columns 1.5
  row "features, columns of both that are the same to 1e-6" "$n_same of $n_both" "all" \
    "$([ "$n_same" = "$n_both" ] && echo yes || echo no)"
  row_least "features, all $n_all columns, against those of TA-Lib" talib all_columns -
  row_least 'features, from CSV to .npy, against pandas + TA-Lib' talib_whole features_cold -
fi
row_most 'features, as rows, against columns alone' rows columns -
row_most 'features, as rows and written, against columns alone' written columns -
rm -rf "$dir/features_ohlcv" "$dir/features_check" "$dir/features_cold" "$dir/features_peer"
