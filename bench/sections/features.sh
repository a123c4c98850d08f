# features.sh - the columns of feature matrices, beside TA-Lib called from numpy; whole jobs beside pandas.
section "features ($n_tickers tickers, the indicators that TA-Lib has, too; two workers, two processes)"
fresh columns rows written talib features_cold talib_whole
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
rounds 5 90
while another_round; do
  "$bin/bench_features" "$u_all" "$dir/features_out" 1 2 $specs >"$dir/features.txt"
  note_line columns 'columns alone' "$dir/features.txt"
  note_line rows 'columns, as rows  ' "$dir/features.txt"
  note_line written 'columns, as rows, written' "$dir/features.txt"
  features features_cold $indicators $cold
  if [ -n "$with_talib" ]; then
    peer features_talib "$dir/features_ohlcv" 1 2 "$dir/features_check" $specs
    note_line talib 'TA-Lib, columns alone' "$dir/peer.txt"
    mv "$dir/peer.txt" "$dir/features_talib.txt"
    if [ "$round" -le 3 ]; then
      peer features_talib whole "${u_all%.txt}" "$dir/features_peer" 1 2 $alone
      note_line talib_whole 'pandas + TA-Lib + numpy.save' "$dir/peer.txt"
      mv "$dir/peer.txt" "$dir/features_whole.txt"
    fi
  fi
done
echo "indicators:" $specs
cat "$dir/features.txt"
printf '%-34s %10.6f s, fastest %.6f s, %.0f MB\n' 'backtest features, from CSV to .npy' \
  "$(mid features_cold)" "$(low features_cold)" "$(memory features_cold)"
if [ -n "$with_talib" ]; then
  cat "$dir/features_talib.txt" "$dir/features_whole.txt"
  row_least 'features, columns alone, against TA-Lib' talib columns 1.5
  row_least 'features, from CSV to .npy, against pandas + TA-Lib' talib_whole features_cold -
fi
row_most 'features, as rows, against columns alone' rows columns -
row_most 'features, as rows and written, against columns alone' written columns -
rm -rf "$dir/features_ohlcv" "$dir/features_check" "$dir/features_out" "$dir/features_cold" "$dir/features_peer"
