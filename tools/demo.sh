#!/bin/sh
# demo.sh - a synthetic universe, the sweep on it, one query with its answer, a walk-forward, and the
# price of an option.
# BACKTEST is the program. Everything is written under build/demo.
set -eu
: "${BACKTEST:?set BACKTEST to the program}"
dir=build/demo
rm -rf "$dir"
mkdir -p "$dir"
XDG_CACHE_HOME=$PWD/$dir/cache
export XDG_CACHE_HOME

show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

show "$BACKTEST" synth --tickers 50 --bars 2520 --seed 1 --dir "$dir/sample"
show "$BACKTEST" --universe "$dir/sample.txt" --strategy sma --grid --commission 0.1% \
  -o "$dir/demo.db"
query="SELECT symbol, fast, slow, round(sharpe, 3) AS sharpe, round(total_return, 3) AS total_return, n_trades
  FROM results_sma ORDER BY sharpe DESC LIMIT 5"
printf '\n$ sqlite3 -header -column %s "%s"\n' "$dir/demo.db" "$query"
sqlite3 -header -column "$dir/demo.db" "$query"
show "$BACKTEST" walkforward --universe "$dir/sample.txt" --strategy sma --grid --commission 0.1% \
  --train 3y --test 1y -o "$dir/demo.db"
show "$BACKTEST" option --style american --type put --spot 36 --strike 40 --rate 0.06 --vol 0.2 \
  --expiry 1 -o "$dir/demo.db"
