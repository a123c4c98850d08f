# option.sh - options by paths beside numpy and QuantLib, and one worker beside two.
section "options by paths (antithetic pairs: both count)"
fresh european_one european_two asian_one asian_two option_numpy option_in_place option_quantlib
with_numpy= with_quantlib=
if has_modules numpy; then with_numpy=yes; else no_peers 'numpy is'; fi
if has_modules numpy QuantLib; then with_quantlib=yes; else no_peers 'QuantLib is'; fi
rounds 5 60
while another_round; do
  "$bin/bench_option" 3 >"$dir/option.txt"
  note_line european_one 'european, one worker' "$dir/option.txt"
  note_line european_two 'european, two workers' "$dir/option.txt"
  note_line asian_one 'asian, 252 fixings, one worker' "$dir/option.txt"
  note_line asian_two 'asian, 252 fixings, two workers' "$dir/option.txt"
  [ -n "$with_numpy" ] || continue
  peer option_numpy 1
  note_line option_numpy 'numpy, usual' "$dir/peer.txt"
  note_line option_in_place 'numpy, in place' "$dir/peer.txt"
  [ -n "$with_quantlib" ] || continue
  note_line option_quantlib 'QuantLib  ' "$dir/peer.txt"
done
cat "$dir/option.txt"
if [ -n "$with_numpy" ]; then
  cat "$dir/peer.txt"
  row_least 'European option, one core, against numpy' option_numpy european_one 4.5
  row_least 'European option, one core, against numpy in place' option_in_place european_one -
fi
if [ -n "$with_quantlib" ]; then
  row_least 'European option, one core, against QuantLib' option_quantlib european_one 200
fi
if [ "$n_cpus" -ge 2 ]; then
  row_least 'European option, two workers against one' european_one european_two 1.9
  row_least 'Asian option of 252 fixings, two workers against one' asian_one asian_two 1.9
fi
