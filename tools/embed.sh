#!/bin/sh
# embed.sh FILE... - prints C that holds these files, as strategies/embedded.h declares them: each
# under its name without folders, its bytes as numbers, for a literal of that length is no C11.
set -eu
echo '#include "strategies/embedded.h"'
n=0
for file in "$@"; do
  n=$((n + 1))
  printf '\nstatic const char text_%d[] = {\n' "$n"
  od -An -v -tu1 "$file" | sed 's/\([0-9][0-9]*\)/\1,/g'
  echo '0};'
done
printf '\nconst bt_embedded bt_embedded_files[] = {\n'
n=0
for file in "$@"; do
  n=$((n + 1))
  printf '  {"%s", text_%d},\n' "${file##*/}" "$n"
done
printf '};\nconst size_t bt_embedded_count = %d;\n' "$n"
