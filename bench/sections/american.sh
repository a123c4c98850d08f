# american.sh - an American put by regression, 100,000 paths x 50 dates, beside numpy and QuantLib.
section "american (100000 paths x 50 dates, degree 3)"
for name in fit1 fit2 whole1 whole2 lstsq numpy quantlib; do fresh "american_$name"; done
rounds 5 60
while another_round; do
  "$bin/bench_american" 5 >"$dir/american.txt" || exit 1
  note_line american_fit1 "fit alone, 1 worker:" "$dir/american.txt"
  note_line american_fit2 "fit alone, 2 workers:" "$dir/american.txt"
  note_line american_whole1 "with price and bound, 1 worker:" "$dir/american.txt"
  note_line american_whole2 "with price and bound, 2 workers:" "$dir/american.txt"
  if has_modules numpy; then
    OPENBLAS_NUM_THREADS=1 peer american_numpy 3
    note_line american_lstsq "numpy, lstsq:" "$dir/peer.txt"
    note_line american_numpy "numpy, normal equations:" "$dir/peer.txt"
    ! has_modules QuantLib || note_line american_quantlib "QuantLib:" "$dir/peer.txt"
  fi
done
cat "$dir/american.txt"
if has_modules numpy; then
  grep price "$dir/peer.txt"
  row_least "American put, fit alone, one core: against numpy, lstsq" american_lstsq american_fit1 5
  row_least "American put, fit alone, one core: against numpy, normal equations" american_numpy \
    american_fit1 -
else
  no_peers numpy
fi
if has_modules numpy,QuantLib; then
  row_least "American put, with price and bound, one core: against QuantLib" american_quantlib \
    american_whole1 -
else
  no_peers QuantLib
fi
row_least "American put, fit alone: two workers against one" american_fit1 american_fit2 1.9
row_least "American put, with price and bound: two workers against one" american_whole1 \
  american_whole2 1.9
