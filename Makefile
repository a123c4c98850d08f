# backtest: one non-recursive Makefile; everything is built under build/$(BUILD)/.
#   make help           what there is
#   make BUILD=asan     another build: release (default), debug, asan, tsan, cov
#   make VECTORS=avx2 test   the tests with everything compiled for one vector level

BUILD   ?= release
VECTORS ?= baseline
CC      ?= cc
AR      ?= ar
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := $(shell cat VERSION)
TOP     := build/$(BUILD)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wundef -Wdouble-promotion -Wformat=2
# No contraction and no fast-math: numbers must not depend on the machine. The other two FP flags
# let the compiler make selections branch-free; no code here reads FP traps or the sign of a zero.
FP   := -ffp-contract=off -fno-fast-math -fno-math-errno -fno-trapping-math -fno-signed-zeros

OPT_release := -O3 -g
OPT_debug   := -O0 -g
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -O1 -g -fsanitize=thread
OPT_cov     := -O0 -g --coverage
OPT         := $(OPT_$(BUILD))
ifeq ($(OPT),)
$(error unknown BUILD=$(BUILD): release, debug, asan, tsan or cov)
endif

# What decides how a file is read: the bar cache uses no entry of a program with other loaders.
LOADER_FILES := $(sort $(wildcard loaders/*.[ch] loaders/*.def core/*.[ch]))
LOADERS_ID   := $(shell cat $(LOADER_FILES) | cksum | tr ' ' -)

# How the program compiles the source of a plugin; the flags of its vector level follow.
# What C takes for a warning alone and no strategy can mean is an error.
PLUGIN_FLAGS := -std=c11 -O3 -fPIC -shared $(FP) -Wall -Wextra -Wfloat-conversion \
                -Werror=implicit-function-declaration -Werror=int-conversion \
                -Werror=incompatible-pointer-types

CPPFLAGS += -I. -Icore/include -D_POSIX_C_SOURCE=200809L -DBT_VERSION='"$(VERSION)"' \
            -DBT_LOADERS_ID='"$(LOADERS_ID)"'
CFLAGS   += -std=c11 $(OPT) $(FP) $(WARN) -pthread

# Vector levels. On x86-64 the program holds everything below main() once for each, and main() calls
# the widest that the CPU has; the levels share no symbol but the function that main() calls. They
# compute the same bits: the source is the same, and the compiler may neither reorder nor fuse
# floating point.
# Their files lie in $(TOP)/LEVEL, those of the baseline in $(TOP).
LEVELS       := baseline
FLAGS_avx2   := -mavx2 -mfma -mbmi -mbmi2 -mpopcnt
FLAGS_avx512 := $(FLAGS_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl
# where object files are ELF, of which objcopy can rename symbols
MACHINE      := $(shell $(CC) -dumpmachine)
ifneq ($(and $(filter release,$(BUILD)),$(filter x86_64-%,$(MACHINE)),$(findstring linux,$(MACHINE))),)
LEVELS       += avx2 avx512
endif
ifneq ($(filter-out baseline avx2 avx512,$(VECTORS))$(words $(VECTORS)),1)
$(error unknown VECTORS=$(VECTORS): baseline, avx2 or avx512)
endif
# Where a level was asked for, tests and benchmarks run the program at it, too.
ifneq ($(origin VECTORS),file)
AT_LEVEL     := $(patsubst %,BACKTEST_VECTORS=%,$(filter $(LEVELS),$(VECTORS)))
endif
OBJCOPY      ?= objcopy
place_of      = $(TOP)$(patsubst %,/%,$(filter-out baseline,$(1)))
B            := $(call place_of,$(VECTORS))
ifdef CI
CFLAGS   += -Werror
endif
LDFLAGS  += $(filter -fsanitize% --coverage,$(OPT)) -pthread

# One static library a layer. The order of LAYERS is the order in which they may see each other:
# core <- {strategies, loaders} <- runners <- cli.
LAYERS        := core strategies loaders runners cli
# Vector mathematics, least squares (LAPACK is OpenBLAS's), and minima of functions.
LIBS_core     := -lsleef -llapacke -lopenblas -lcminpack -lm
LIBS_strategies := -ldl -lxxhash
LIBS_loaders  := -lcsv -lz -lxxhash
LIBS_runners  := -lsqlite3 -ljson-c
LIBS_cli      := -ljson-c

src_of  = $(wildcard $(1)/*.c $(1)/*/*.c)
obj_of  = $(patsubst %.c,$(B)/%.o,$(1))
CLI_MAIN := cli/main.c
PLUGINS  := strategies/examples/% strategies/skeletons/%
$(foreach l,$(LAYERS),$(eval SRC_$(l) := $(filter-out $(CLI_MAIN) $(PLUGINS),$(call src_of,$(l)))))

# Files that the program carries with it (strategies/embedded.h), as a table in C.
EMBEDDED      := core/include/backtest/strategy.h $(sort $(wildcard strategies/skeletons/*.c))
EMBEDDED_C    := $(TOP)/generated/embedded_files.c
MORE_strategies := $(B)/generated/embedded_files.o

A_core       := $(B)/libcore.a
A_strategies := $(B)/libstrategies.a
A_loaders    := $(B)/libloaders.a
A_runners    := $(B)/librunners.a
A_cli        := $(B)/libcli.a
# What a test of each layer links: the layer and what lies below it, nothing else.
LINK_core       := $(A_core) $(LIBS_core)
LINK_strategies := $(A_strategies) $(A_core) $(LIBS_strategies) $(LIBS_core)
LINK_loaders    := $(A_loaders) $(A_core) $(LIBS_loaders) $(LIBS_core)
LINK_runners    := $(A_runners) $(A_strategies) $(A_loaders) $(A_core) $(LIBS_runners) $(LIBS_loaders) $(LIBS_strategies) $(LIBS_core)
LINK_cli        := $(A_cli) $(LINK_runners) $(LIBS_cli)

PROGRAM := $(TOP)/backtest

.SECONDARY:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

.PHONY: all
all: $(PROGRAM) ## build the program: build/release/backtest

# A level: its objects in one, of which bt_command_main alone can be seen, as bt_command_main_LEVEL.
define level_rule
$(call place_of,$(1))/loaders/bar_cache_entry.o: $(LOADER_FILES)
$(call place_of,$(1))/strategies/plugin_compiler.o: CPPFLAGS += -DBT_PLUGIN_FLAGS='"$(strip $(PLUGIN_FLAGS) $(FLAGS_$(1)))"'
$(call place_of,$(1))/generated/embedded_files.o: $(EMBEDDED_C)
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(call place_of,$(1))/%.o: %.c VERSION
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) -DBT_LEVEL='"$(1)"' $$(CFLAGS) $(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<
$(TOP)/level_$(1).o: $(patsubst %.c,$(call place_of,$(1))/%.o,$(foreach l,$(LAYERS),$(SRC_$(l)))) \
  $(call place_of,$(1))/generated/embedded_files.o
	$$(CC) -nostdlib -r -o $$@ $$^
	$$(OBJCOPY) --redefine-sym bt_command_main=bt_command_main_$(1) $$@
	$$(OBJCOPY) --keep-global-symbol=bt_command_main_$(1) $$@
endef
$(foreach v,$(sort $(LEVELS) $(VECTORS)),$(eval $(call level_rule,$(v))))

$(EMBEDDED_C): $(EMBEDDED) tools/embed.sh
	@mkdir -p $(@D)
	sh tools/embed.sh $(EMBEDDED) >$@

ifeq ($(LEVELS),baseline)
$(PROGRAM): $(TOP)/cli/main.o $(foreach l,cli runners loaders strategies core,$(A_$(l)))
	$(CC) $(LDFLAGS) -o $@ $< $(LINK_cli)
else
$(TOP)/cli/main.o: CPPFLAGS += -DBT_VECTOR_LEVELS
$(PROGRAM): $(TOP)/cli/main.o $(LEVELS:%=$(TOP)/level_%.o)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_cli) $(LIBS_runners) $(LIBS_loaders) $(LIBS_strategies) $(LIBS_core)
endif

define layer_rule
$(A_$(1)): $(call obj_of,$(SRC_$(1))) $(MORE_$(1))
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

# ---- tests: tests/unit/test_<layer>_<thing>.c is one cmocka program, linked with its layer and below
TEST_SRC     := $(wildcard tests/unit/test_*.c)
TEST_SUPPORT := $(call obj_of,$(wildcard tests/support/*.c))
TESTS        := $(patsubst tests/unit/%.c,$(B)/tests/%,$(TEST_SRC))
BACKTEST_REFERENCE ?= ../shared
export BACKTEST_REFERENCE
TEST_ENV := BACKTEST_PROGRAM=$(abspath $(PROGRAM)) BACKTEST_ROOT=$(CURDIR) $(AT_LEVEL)

define test_rule
$(patsubst tests/unit/%.c,$(B)/tests/%,$(filter tests/unit/test_$(1)_%.c,$(TEST_SRC))): \
  $(B)/tests/%: $(B)/tests/unit/%.o $(TEST_SUPPORT) $$(filter %.a,$$(LINK_$(1)))
	$$(CC) $$(LDFLAGS) -o $$@ $$< $$(TEST_SUPPORT) $$(LINK_$(1)) -lcmocka
endef
$(foreach l,$(LAYERS),$(if $(filter tests/unit/test_$(l)_%.c,$(TEST_SRC)),$(eval $(call test_rule,$(l)))))

.PHONY: test
test: $(PROGRAM) $(TESTS) ## build and run every unit, golden and command-line test
	@$(TEST_ENV) sh tools/run_tests.sh $(TESTS)

.PHONY: check
check: layers lint test ## layers, lint and tests

.PHONY: check-long
check-long: asan tsan valgrind levels faults kills ## the slow checks; each part runs alone

.PHONY: asan tsan
asan tsan: ## the tests under AddressSanitizer + UBSan, or ThreadSanitizer
	$(MAKE) BUILD=$@ test

.PHONY: valgrind
valgrind: ## the tests under valgrind
	$(MAKE) BUILD=debug TEST_WRAP="valgrind -q --error-exitcode=99 --leak-check=full" test

.PHONY: levels
levels: $(PROGRAM) ## the tests at every vector level above the baseline that this CPU has
	@for level in $(filter-out baseline,$(LEVELS)); do \
	  if BACKTEST_VECTORS=$$level $(PROGRAM) --version >/dev/null 2>&1; then \
	    echo "== $$level"; $(MAKE) --no-print-directory VECTORS=$$level test || exit 1; \
	  else echo "== $$level: not here, left out"; fi; done

.PHONY: faults
faults: $(PROGRAM) ## jobs in which a request for memory fails
	@sh tools/faults.sh $(B)

.PHONY: kills
kills: $(PROGRAM) ## jobs that are killed at random moments and go on
	@sh tools/kills.sh $(B)

.PHONY: layers
layers: ## the include rule: core <- {strategies, loaders} <- runners <- cli
	@sh tools/check_layers.sh

.PHONY: format format-check tidy lint
format: ## clang-format every source file in place
	@clang-format -i $$(git ls-files '*.c' '*.h')
format-check:
	@clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
tidy: ## clang-tidy, one file at a time
	@sh tools/tidy.sh $(CPPFLAGS) -DBT_LEVEL='"$(VECTORS)"' \
	  -DBT_PLUGIN_FLAGS='"$(PLUGIN_FLAGS)"'
lint: format-check tidy ## format-check and clang-tidy

.PHONY: demo
demo: $(PROGRAM) ## a synthetic universe, a sweep, a query and a walk-forward on it
	@BACKTEST=$(PROGRAM) sh tools/demo.sh

# ---- benchmarks: bench/bench_<thing>.c is one program, linked with everything below the CLI
BENCHES := $(patsubst bench/%.c,$(B)/bench/%,$(wildcard bench/bench_*.c))
$(BENCHES): $(B)/bench/%: $(B)/bench/%.o $(filter %.a,$(LINK_runners))
	$(CC) $(LDFLAGS) $(BENCH_FLAGS) -o $@ $< $(BENCH_OBJ) $(LINK_runners)
$(B)/bench/bench_sweep: BENCH_OBJ := $(B)/bench/outside_sma.o $(B)/bench/outside_on_bar.o
$(B)/bench/bench_sweep: $(B)/bench/outside_sma.o $(B)/bench/outside_on_bar.o
$(B)/bench/bench_pool.o $(B)/bench/bench_pool: BENCH_FLAGS := -fopenmp
$(B)/bench/bench_pool.o: CFLAGS += -fopenmp

# They are of the level that the program takes on this CPU, or of the one that was asked for; what
# valgrind counts is of AVX2 at most, which is what it knows.
.PHONY: bench
bench: $(PROGRAM) ## measure each stage, in ratios (minutes); ONLY="sweep load": these
	@level=$$($(AT_LEVEL) $(PROGRAM) --version | sed -n 's/.*(\(.*\))$$/\1/p'); \
	counted=$$(echo "$$level" | sed s/avx512/avx2/); \
	$(MAKE) --no-print-directory VECTORS=$$counted bench-counted && \
	$(MAKE) --no-print-directory VECTORS=$$level COUNTED=$$counted bench-at-level

.PHONY: benches bench-counted bench-at-level
benches: $(BENCHES) ## build the benchmarks
bench-counted: $(B)/bench/bench_instructions
bench-at-level: $(PROGRAM) $(BENCHES)
	@$(AT_LEVEL) BACKTEST=$(PROGRAM) BENCH_COUNTED=$(call place_of,$(COUNTED))/bench \
	  sh bench/run.sh $(B)/bench $(ONLY)

.PHONY: install install-plugins uninstall dist clean
install: $(PROGRAM) install-plugins ## install under PREFIX [/usr/local]
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 LICENSE NOTICE $(DESTDIR)$(PREFIX)/share/doc/backtest
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/backtest
	install -m 644 docs/backtest.1 $(DESTDIR)$(PREFIX)/share/man/man1/backtest.1
# What authors of plugins need: the header, where pkg-config finds it, examples and how to go on.
EXAMPLES     := $(DESTDIR)$(PREFIX)/share/backtest/examples
install-plugins: ## install what a plugin is built with, and not the program
	install -d $(DESTDIR)$(PREFIX)/include/backtest $(DESTDIR)$(PREFIX)/lib/pkgconfig $(EXAMPLES) \
	  $(DESTDIR)$(PREFIX)/share/doc/backtest
	install -m 644 core/include/backtest/strategy.h $(DESTDIR)$(PREFIX)/include/backtest/strategy.h
	install -m 644 strategies/examples/*.c $(EXAMPLES)
	install -m 644 docs/strategy.md $(DESTDIR)$(PREFIX)/share/doc/backtest/strategy.md
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' docs/backtest.pc.in \
	  >$(DESTDIR)$(PREFIX)/lib/pkgconfig/backtest.pc
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/backtest $(DESTDIR)$(PREFIX)/include/backtest/strategy.h \
	  $(DESTDIR)$(PREFIX)/share/man/man1/backtest.1 $(DESTDIR)$(PREFIX)/lib/pkgconfig/backtest.pc \
	  $(patsubst strategies/examples/%,$(EXAMPLES)/%,$(wildcard strategies/examples/*.c)) \
	  $(patsubst %,$(DESTDIR)$(PREFIX)/share/doc/backtest/%,strategy.md LICENSE NOTICE)
	-rmdir $(DESTDIR)$(PREFIX)/include/backtest $(EXAMPLES) $(DESTDIR)$(PREFIX)/share/backtest \
	  $(DESTDIR)$(PREFIX)/share/doc/backtest
dist: ## build/backtest-VERSION.tar.gz from the committed tree
	@mkdir -p build
	git archive --prefix=backtest-$(VERSION)/ -o build/backtest-$(VERSION).tar.gz HEAD
clean: ## remove build/
	rm -rf build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*[a-z -]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
	  awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

-include $(shell find $(TOP) -name '*.d' 2>/dev/null)
