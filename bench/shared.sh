# shared.sh - what the sections of `make bench` share: records of seconds and memory, medians, ratios,
# and rows of the table. Sourced by run.sh, which sets bin (the programs), dir (build/bench), python
# and the universes.
#
# A record NAME is the file $records/NAME.s of seconds, one run a line; NAME.mb of megabytes; NAME.low
# of the fastest, where NAME.s has medians that a program has taken itself.

records=$dir/records
mkdir -p "$records"

section() { printf '\n== %s\n' "$1"; }

# fresh NAME...: forgets what was recorded.
fresh() { for name; do rm -f "$records/$name.s" "$records/$name.mb" "$records/$name.low"; done; }

# record NAME COMMAND...: runs it and notes its seconds and memory; its output is in $dir/output.txt.
record() {
  name=$1
  shift
  "$bin/bench_run" "$dir/output.txt" "$@" >"$dir/run.txt" || exit 1
  cut -d ' ' -f 1 "$dir/run.txt" >>"$records/$name.s"
  cut -d ' ' -f 2 "$dir/run.txt" >>"$records/$name.mb"
}

# note NAME SECONDS FASTEST: what a program has measured itself.
note() {
  printf '%s\n' "$2" >>"$records/$1.s"
  printf '%s\n' "$3" >>"$records/$1.low"
}

# note_line NAME BEGINNING FILE: the same from its line "BEGINNING ... S s, fastest S s ...".
note_line() {
  pair=$(sed -n "s/^$2.* \([0-9.]*\) s, fastest \([0-9.]*\) s.*/\1 \2/p" "$3")
  note "$1" "${pair% *}" "${pair#* }"
}

# median: of numbers on standard input, of an even number the mean of the middle two; of none nothing.
median() {
  sort -g | awk '{v[NR] = $1}
    END {if (NR > 0) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}
fastest() { sort -g | head -n 1; }

# mid NAME, low NAME, memory NAME: median and fastest seconds; the most megabytes.
mid() { median <"$records/$1.s"; }
low() { if [ -f "$records/$1.low" ]; then fastest <"$records/$1.low"; else fastest <"$records/$1.s"; fi; }
memory() { sort -g "$records/$1.mb" | tail -n 1; }

# divide A B: how many times B is in A; three digits, or all before the point.
divide() { awk -v a="$1" -v b="$2" 'BEGIN {r = a / b; printf((r >= 100 ? "%.0f\n" : "%.3g\n"), r)}'; }

# rounds MOST SECONDS, then while another_round: up to MOST rounds, but none begins when SECONDS have
# passed, and the first always does.
rounds() { rounds_left=$1 rounds_end=$(($(date +%s) + $2)) round=0; }
another_round() {
  if [ "$round" -gt 0 ]; then
    if [ "$rounds_left" -le 0 ] || [ "$(date +%s)" -ge "$rounds_end" ]; then return 1; fi
  fi
  rounds_left=$((rounds_left - 1)) round=$((round + 1))
}

# row WHAT FIGURE AIM [MET]: a row of the table, and a line now. MET: yes, no or -.
row() {
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:--}" >>"$rows"
  printf '%-64s %s, aim %s\n' "$1" "$2" "$3"
}

# met at_least|at_most FIGURE AIM
met() {
  awk -v w="$1" -v f="$2" -v a="$3" \
    'BEGIN {print (w == "at_least" ? f >= a : f <= a) ? "yes" : "no"}'
}

# ratio A B: how many times as long record A is as B: the median over the rounds, of which each has its
# own speed of the machine; where the rounds differ in number that of the medians.
ratio() {
  if [ "$(wc -l <"$records/$1.s")" -eq "$(wc -l <"$records/$2.s")" ]; then
    paste "$records/$1.s" "$records/$2.s" | awk '{printf "%.4g\n", $1 / $2}' | median
  else
    divide "$(mid "$1")" "$(mid "$2")"
  fi
}

# row_least WHAT SLOW FAST AIM, row_most WHAT LONG SHORT AIM: ratio of two records, medians judged.
# An AIM of - judges nothing.
row_least() { row_ratio at_least "$@"; }
row_most() { row_ratio at_most "$@"; }
row_ratio() {
  ratio=$(ratio "$3" "$4")
  figure="$(divide "$ratio" 1) x (fastest $(divide "$(low "$3")" "$(low "$4")") x)"
  if [ "$5" = - ]; then row "$2" "$figure" -; else
    row "$2" "$figure" "$(echo "$1" | tr _ ' ') $5 x" "$(met "$1" "$ratio" "$5")"
  fi
}

# sweep NAME ARGUMENT...: a sweep of sma into a fresh $dir/NAME.db, recorded.
sweep() {
  name=$1
  shift
  rm -f "$dir/$name.db"
  record "$name" "$BACKTEST" --strategy sma --commission 0.1% --progress never --json \
    -o "$dir/$name.db" "$@"
}

# field NAME: a number of the last output's JSON.
field() { sed -n "s/^ *\"$1\": *\([0-9.e+-]*\),*\$/\1/p" "$dir/output.txt" | head -n 1; }

# has_modules NAME...: whether the peers' interpreter has them.
has_modules() { "$python" -c "import $(echo "$*" | tr ' ' ',')" 2>/dev/null; }

# peer SCRIPT ARGUMENT...: its output is in $dir/peer.txt; what it says of itself is printed.
peer() {
  script=$1
  shift
  "$python" "bench/peers/$script.py" "$@" >"$dir/peer.txt" || exit 1
}

no_peers() { echo "$1 not installed: no comparison (bench/peers/README.md)"; }
