#!/bin/sh
# setup.sh demo|test - installs what is missing, then calls `make demo` or `make test`.
#
# Debian and Ubuntu are tested; Fedora, Arch, Alpine and Homebrew are written from their package
# lists and untested.
set -eu
cd "$(dirname "$0")"

case "${1:-}" in
  demo | test) target=$1 ;;
  *) echo "usage: sh setup.sh demo|test" >&2; exit 2 ;;
esac

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else echo "setup.sh: run this as root, or install sudo: $*" >&2; exit 1
  fi
}

# True when a program that includes the libraries' headers and links them can be built.
complete() {
  for tool in make cc ar sqlite3; do command -v "$tool" >/dev/null 2>&1 || return 1; done
  dir=$(mktemp -d)
  cat >"$dir/t.c" <<'EOF'
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <csv.h>
#include <json-c/json.h>
#include <sqlite3.h>
#include <xxhash.h>
#include <zlib.h>
int main(void) { return 0; }
EOF
  status=0
  # shellcheck disable=SC2086
  cc ${CPPFLAGS:-} -o "$dir/t" "$dir/t.c" ${LDFLAGS:-} -lcmocka -lcsv -ljson-c -lsqlite3 -lxxhash -lz -lm \
    >/dev/null 2>&1 || status=1
  rm -rf "$dir"
  return $status
}

install_missing() {
  if command -v apt-get >/dev/null 2>&1; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      make gcc libc6-dev libcsv-dev libsqlite3-dev sqlite3 zlib1g-dev libxxhash-dev libjson-c-dev \
      libcmocka-dev
  elif command -v dnf >/dev/null 2>&1; then # untested
    as_root dnf install -y make gcc libcsv-devel sqlite-devel sqlite zlib-devel xxhash-devel \
      json-c-devel libcmocka-devel
  elif command -v pacman >/dev/null 2>&1; then # untested; libcsv is in the AUR
    as_root pacman -S --needed --noconfirm make gcc libcsv sqlite zlib xxhash json-c cmocka
  elif command -v apk >/dev/null 2>&1; then # untested
    as_root apk add make gcc musl-dev libcsv-dev sqlite-dev sqlite zlib-dev xxhash-dev json-c-dev \
      cmocka-dev
  elif command -v brew >/dev/null 2>&1; then # untested
    brew install libcsv sqlite zlib xxhash json-c cmocka
  else
    echo "setup.sh: no known package manager; install make, a C compiler, libcsv, SQLite, zlib, xxhash, json-c and cmocka" >&2
    exit 1
  fi
}

complete || install_missing
exec make -j "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)" "$target"
