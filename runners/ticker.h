/* ticker.h - one ticker while its combinations are evaluated.
 *
 * Bars are immutable and the indicators are computed once; the workers that evaluate blocks of its
 * combinations share both. Mutex and condition guard the indicators alone.
 *
 * What a combination wants is in the scratch of the worker that evaluates it, scratch->aim.changes
 * (core/changes.h), whoever has found it:
 *
 *   - bt_ticker_aim: of cross, sides and signals over all bars; of on_bar nothing yet
 *   - bt_ticker_measure, bt_ticker_simulate: any span of it; of on_bar found first, for that span,
 *     as what it wants depends on what it holds there
 *   - bt_ticker_find_target: the same as scratch->aim.target, one a bar
 *   - bt_ticker_aim_at: a target that is there, such as an out-of-sample one
 *   - bt_ticker_aim_parts: of on_bar out of sample, combinations one behind the other
 */
#ifndef BT_RUNNERS_TICKER_H
#define BT_RUNNERS_TICKER_H

#include <pthread.h>

#include "core/evaluate.h"
#include "core/indicator_cache.h"
#include "runners/isolation.h"
#include "runners/job.h"

/* Everything that a simulation may need of a ticker is made once, when it is opened. */
typedef struct bt_ticker {
  const bt_bars *bars;
  const bt_job *job;  /* that it was opened for */
  bt_subject subject; /* the job's span of these bars; may be empty */
  const bt_universe_entry *entry;
  bt_indicator_cache *indicators;
  bt_indicator_hold held; /* the ATRs of stops */
  bt_tables *tables;
  bt_spare *spare;
  size_t n_room;                    /* of bt_ticker_remains; 0: the bars are all that there are */
  const double *atr[BT_STOP_COUNT]; /* NULL where the stop needs none */
  double *sizes;                    /* one a bar with --size vol:, else NULL */
  const double *benchmark; /* what strategies see of a --benchmark (bt_series), else NULL */
  double *own_benchmark;   /* the same where it is the ticker's block to give back */
  double *compared;        /* what metrics compare with (bt_benchmark_align), where they are made */
  unsigned char *regimes;  /* one label a bar with --regimes, else NULL */
  pthread_mutex_t mutex;
  pthread_cond_t computed; /* some indicator was */
} bt_ticker;

/* What a ticker is opened with; all of it outlives the ticker. */
typedef struct bt_ticker_source {
  const bt_bars *bars;
  const bt_universe_entry *entry;
  double periods_per_year; /* of its entry in the scan */
  bool simulates;          /* for bt_ticker_simulate alone: no tables are made for measuring */
  bt_spare *spare; /* its memory is taken from here, which serves it alone until it is closed;
                      NULL: it is new */
} bt_ticker_source;

/* *ticker must stay where it is. The caller clears it with bt_ticker_close. Errors: NOMEM, THREAD.
 */
bt_status bt_ticker_open(bt_ticker *ticker, const bt_ticker_source *source, const bt_job *job,
                         bt_error *err);
void bt_ticker_close(bt_ticker *ticker);

/* Whether the strategy has left alone what it was given to read, as far as the job's guard tells;
 * while nobody aims. status is what came of it otherwise: it is returned, but a failure of the
 * strategy gives way, which may come of what it has written. Errors: STRATEGY, saying what it has
 * written into. */
bt_status bt_ticker_check(const bt_ticker *ticker, bt_status status, bt_error *err);

/* Where the bars of a ticker are the first of others: what it takes over from those. */
typedef struct bt_ticker_remains {
  const double *benchmark; /* what strategies see of it; NULL where the job has none */
  size_t n_room;           /* see bt_indicator_cache_pad */
} bt_ticker_remains;

/* The same for the first bars of a longer ticker alone. Errors: as above. */
bt_status bt_ticker_open_first(bt_ticker *ticker, const bt_ticker_source *source,
                               const bt_ticker_remains *remains, const bt_job *job, bt_error *err);

/* What one thread uses of a ticker, with its own scratch memory; reused from ticker to ticker. */
typedef struct bt_ticker_scratch {
  bt_evaluator evaluator;
  bt_aim aim;        /* what the combination aimed at wants */
  bt_evaluation how; /* and how it trades */
  double *params;
  size_t combo;    /* aimed at */
  bool decides;    /* aimed at a combination whose target belongs to a span (bt_strategy.on_bar) */
  bt_span decided; /* the span whose target is in aim; empty: none is */
  bt_changes members;    /* of the ticker, while it decides */
  bt_isolated *isolated; /* the process in which strategies run; NULL: this one; not owned */
} bt_ticker_scratch;

/* For strategies of n_params parameters. Errors: NOMEM. */
bt_status bt_ticker_scratch_init(bt_ticker_scratch *scratch, size_t n_params, bt_error *err);
void bt_ticker_scratch_clear(bt_ticker_scratch *scratch);

/* Aims scratch at what combination `index` (0-based) of the job wants on every bar of the ticker,
 * and at how it trades: from then on any span of it can be measured. What a strategy that goes bar
 * by bar wants is found then, span by span, so errors of it are those of measuring, too. Safe from
 * several threads, each with a scratch of its own. Errors: NOMEM, and STRATEGY, with
 * the combination's params, where the strategy did what it must not. */
bt_status bt_ticker_aim(bt_ticker *ticker, bt_ticker_scratch *scratch, const bt_job *job,
                        size_t index, bt_error *err);

/* The same for a settled target that is there already; its stops are those that the job has for
 * all. Errors: NOMEM. */
bt_status bt_ticker_aim_at(const bt_ticker *ticker, bt_ticker_scratch *scratch, const bt_job *job,
                           const double *target, bt_error *err);

/* What scratch aims at, over a span: in scratch->aim.target, one a bar of the ticker. Errors: as
 * bt_ticker_aim. */
bt_status bt_ticker_find_target(bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span,
                                bt_error *err);

/* Aims scratch at the target over one span of combinations that decide one behind the other
 * (core/on_bar.h); stops are what scratch->how has. Errors: as bt_ticker_aim. */
bt_status bt_ticker_aim_parts(bt_ticker *ticker, bt_ticker_scratch *scratch,
                              const bt_on_bar_part *parts, size_t n_parts, bt_span span,
                              bt_error *err);

/* Metrics of following what scratch aims at over a span of at least one bar, started flat.
 * Errors: NOMEM, those of bt_ticker_aim. */
bt_status bt_ticker_measure(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                            bt_span span, bt_error *err);

/* Goes through the same span bar by bar, and leaves the ledger and the returns in
 * scratch->evaluator. Errors: NOMEM, those of bt_ticker_aim. */
bt_status bt_ticker_simulate(bt_ticker *ticker, bt_ticker_scratch *scratch, bt_span span,
                             bt_error *err);

/* Aims and measures over the job's span. */
bt_status bt_ticker_evaluate(bt_metrics *out, bt_ticker *ticker, bt_ticker_scratch *scratch,
                             const bt_job *job, size_t index, bt_error *err);

#endif
