#!/bin/sh
# setup.sh demo|test - installs what is missing, then runs `make demo` or `make test`.
#
# Tested on Debian 12. The lists for Fedora, Arch, Alpine and Homebrew are written from their
# package indexes and untested. CC, CPPFLAGS and LDFLAGS are honoured.
set -eu
unset CDPATH
cd "$(dirname "$0")"

case "${1:-}" in
  demo | test) target=$1 ;;
  *)
    echo "usage: sh setup.sh demo|test" >&2
    exit 2
    ;;
esac

say() { echo "setup.sh: $*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  elif command -v doas >/dev/null 2>&1; then
    doas "$@"
  else
    say "needs root for: $*"
    say "run it as root, or install sudo"
    exit 1
  fi
}

# True where a program that includes the libraries' headers and links them can be built.
complete() {
  for tool in make ar sqlite3; do
    command -v "$tool" >/dev/null 2>&1 || return 1
  done
  dir=$(mktemp -d)
  cat >"$dir/probe.c" <<'PROBE'
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cminpack-1/cminpack.h>
#include <cmocka.h>
#include <csv.h>
#include <json-c/json.h>
#include <lapacke.h>
#include <Random123/philox.h>
#include <sleef.h>
#include <sqlite3.h>
#include <xxhash.h>
#include <zlib.h>
int main(void) { return 0; }
PROBE
  found=0
  # shellcheck disable=SC2086
  ${CC:-cc} ${CPPFLAGS:-} -o "$dir/probe" "$dir/probe.c" ${LDFLAGS:-} \
    -lcminpack -lcmocka -lcsv -ljson-c -llapacke -lopenblas -lsleef -lsqlite3 -lxxhash -lz -lm -pthread >"$dir/log" 2>&1 || found=1
  [ "$found" = 0 ] || [ -z "${explain:-}" ] || cat "$dir/log" >&2
  rm -rf "$dir"
  return $found
}

# Homebrew keeps its headers and libraries where no compiler looks.
use_brew() {
  prefix=$(brew --prefix)
  CPPFLAGS="${CPPFLAGS:-} -I$prefix/include -I$prefix/opt/sqlite/include"
  LDFLAGS="${LDFLAGS:-} -L$prefix/lib -L$prefix/opt/sqlite/lib"
  export CPPFLAGS LDFLAGS
}

install_missing() {
  say "installing a C compiler, make and the libraries"
  if command -v apt-get >/dev/null 2>&1; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Use-Pty=0 make gcc libc6-dev libcsv-dev libsqlite3-dev sqlite3 zlib1g-dev \
      libxxhash-dev libjson-c-dev liblapacke-dev libopenblas-serial-dev libsleef-dev \
      libcminpack-dev librandom123-dev libcmocka-dev >&2
  elif command -v dnf >/dev/null 2>&1; then # untested
    as_root dnf install -y make gcc libcsv-devel sqlite-devel sqlite zlib-devel xxhash-devel \
      json-c-devel lapack-devel openblas-devel sleef-devel cminpack-devel \
      Random123-devel libcmocka-devel >&2
  elif command -v pacman >/dev/null 2>&1; then # untested; libcsv, sleef, cminpack, random123: AUR
    as_root pacman -S --needed --noconfirm make gcc sqlite zlib xxhash json-c openblas lapacke \
      cmocka >&2
  elif command -v apk >/dev/null 2>&1; then # untested
    as_root apk add make gcc musl-dev libcsv-dev sqlite-dev sqlite zlib-dev xxhash-dev json-c-dev \
      openblas-dev lapack-dev sleef-dev cmocka-dev >&2 # cminpack, Random123: by hand
  elif command -v brew >/dev/null 2>&1; then # untested
    brew install libcsv sqlite zlib xxhash json-c openblas lapack sleef cminpack random123 cmocka >&2
  else
    say "no package manager that it knows; install make, a C compiler, libcsv, SQLite (library and"
    say "shell), zlib, xxhash, json-c, LAPACKE, OpenBLAS, SLEEF, cminpack, Random123 and cmocka, then"
    say "run it again"
    exit 1
  fi
}

if [ "$(uname -s)" = Darwin ] && command -v brew >/dev/null 2>&1; then use_brew; fi
if ! complete; then
  install_missing
  explain=yes
  if ! complete; then
    say "something is still missing: a program with all the libraries does not build (see above)"
    exit 1
  fi
fi
exec make -j "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)" "$target"
