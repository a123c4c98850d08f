/* bench_instructions - one block of combinations, for valgrind to count its instructions.
 *
 *     valgrind --tool=callgrind --collect-atstart=no --toggle-collect=run_block
 *       bench_instructions UNIVERSE long|both open|targets|plain|holdings
 *
 * UNIVERSE: one ticker, whose bars are in memory before run_block begins. 174 combinations of sma,
 * 0.1% commission. open: what is made once a ticker, without its indicators; targets: that, the
 * indicators and what every combination wants; plain and holdings: that and all metrics, bar by bar
 * or from holding to holding. Prints the number of bar-combinations and the vector level. The
 * counts of a program are the same in every run, however busy the machine is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sma_job.h"
#include "runners/ticker.h"

enum { N_PARAMS = 2 };
typedef enum way { OPEN, TARGETS, PLAIN, HOLDINGS, N_WAYS } way;

static const char *const way_names[N_WAYS] = {"open", "targets", "plain", "holdings"};

typedef struct bench {
  sma_job sma;
  bt_ticker ticker;
  bt_ticker_scratch scratch;
  double sink; /* keeps the compiler from dropping work */
} bench;

static void evaluate(bench *b, way how, size_t combo)
{
  bt_error err;
  bt_metrics metrics = {{0}};
  bt_ticker_scratch *scratch = &b->scratch;
  const bt_subject *subject = &b->ticker.subject;
  stop_on(bt_ticker_aim(&b->ticker, scratch, &b->sma.job, combo, &err), &err);
  if (how == PLAIN) {
    stop_on(bt_aim_spread(&scratch->aim, &err), &err);
    stop_on(bt_evaluate(&metrics, &scratch->evaluator, subject, scratch->aim.target, &scratch->how,
                        &err),
            &err);
  }
  if (how == HOLDINGS)
    stop_on(bt_ticker_measure(&metrics, &b->ticker, scratch, subject->span, &err), &err);
  b->sink += metrics.value[BT_METRIC_SHARPE];
}

static void run_block(bench *b, way how)
{
  bt_error err;
  const bt_scan_entry *entry = &b->sma.scan.entries[0];
  const bt_ticker_source source = {entry->bars, &b->sma.universe.entries[0],
                                   entry->periods_per_year, false, NULL};
  stop_on(bt_ticker_open(&b->ticker, &source, &b->sma.job, &err), &err);
  for (size_t i = 0; how != OPEN && i < bt_grid_count(b->sma.grid); i++) evaluate(b, how, i);
  bt_ticker_close(&b->ticker);
}

/* Through a pointer that the compiler does not see through, the function keeps its name. */
static void (*volatile const block)(bench *, way) = run_block;

/* N_WAYS where there is none of this name. */
static way find_way(const char *name)
{
  way how = OPEN;
  while (how < N_WAYS && strcmp(way_names[how], name) != 0) how++;
  return how;
}

int main(int argc, char **argv)
{
  static bench b;
  bt_error err;
  way how = argc == 4 ? find_way(argv[3]) : N_WAYS;
  if (how == N_WAYS) {
    (void)fprintf(stderr, "usage: bench_instructions UNIVERSE long|both "
                          "open|targets|plain|holdings\n");
    return 2;
  }
  keep_freed_memory();
  open_sma_job(&b.sma, argv[1], SMA_FAST, SMA_SLOW, 1);
  if (strcmp(argv[2], "both") == 0) b.sma.job.direction = BT_DIRECTION_BOTH;
  size_t n_bars = load_sma_job(&b.sma);
  stop_on(bt_ticker_scratch_init(&b.scratch, N_PARAMS, &err), &err);
  block(&b, how);
  (void)printf("%zu bar-combinations, %s\n", n_bars * bt_grid_count(b.sma.grid), BT_LEVEL);
  bt_ticker_scratch_clear(&b.scratch);
  close_sma_job(&b.sma);
  return 0;
}
