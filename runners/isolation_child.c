/* A worker process: one ticker at a time, and the strategy, which cannot write what it reads. */
#if !defined(_DEFAULT_SOURCE)
/* For MAP_ANONYMOUS. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runners/channel.h"
#include "runners/isolation_wire.h"
#include "runners/ticker.h"

/* The ticker that is open. */
typedef struct child {
  int socket;
  const bt_job *job; /* as far as a strategy sees it, with what it is given sealed */
  pid_t pid;         /* a copy of the process that a strategy has made answers nothing */
  uint64_t number;
  bt_ticker_scratch scratch;
  bool is_open;
  bt_bars bars;
  double *benchmark; /* of a ticker that is cut; NULL: none, or the ticker's own */
  void *map;         /* of the bars */
  size_t map_bytes;
  bt_ticker ticker;
  double *nothing;                /* a target of 0 on all bars */
  double *amounts[BT_STOP_COUNT]; /* n_bars each */
} child;

/* Whether the message arrived. */
static bool receive(child *c, void *bytes, size_t n)
{
  return bt_channel_read(bytes, n, c->socket, NULL) == BT_CHANNEL_OK;
}

static bool answer(const child *c, bt_status status, const bt_error *error)
{
  const bt_changes *changes = &c->scratch.aim.changes;
  const bt_child_answer head = {c->number, status, status ? 0 : changes->n};
  (void)fflush(NULL); /* what a strategy has printed */
  if (getpid() != c->pid) return false;
  if (bt_channel_write(c->socket, &head, sizeof head, NULL)) return false;
  if (status) return bt_channel_write(c->socket, error, sizeof *error, NULL) == BT_CHANNEL_OK;
  return bt_channel_write(c->socket, changes->at, changes->n * sizeof *changes->at, NULL) ==
         BT_CHANNEL_OK;
}

/* ---- a ticker ---------------------------------------------------------------------------------
 */

static void close_ticker(child *c)
{
  if (c->is_open) bt_ticker_close(&c->ticker);
  if (c->map) (void)munmap(c->map, c->map_bytes);
  free(c->nothing);
  for (int i = 0; i < BT_STOP_COUNT; i++) free(c->amounts[i]);
  memset(c->amounts, 0, sizeof c->amounts);
  c->is_open = false;
  c->map = NULL;
  c->nothing = NULL;
}

/* Memory that is made read-only once the bars are in it: a strategy that writes into them is
 * stopped by a signal. */
static bt_status map_bars(child *c, const bt_child_request *r, bt_error *err)
{
  size_t stride = r->n_room > 0 ? r->n_room : r->n_bars;
  c->map_bytes = BT_CHILD_SERIES_MOST * stride * sizeof(double);
  c->map = mmap(NULL, c->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (c->map == MAP_FAILED) {
    c->map = NULL;
    return bt_fail_nomem(err, "bars");
  }
  double *series = c->map;
  c->bars = (bt_bars){.n_bars = r->n_bars,
                      .time_ns = c->map,
                      .open = series + stride,
                      .high = series + 2 * stride,
                      .low = series + 3 * stride,
                      .close = series + 4 * stride,
                      .volume = series + 5 * stride,
                      .adjust_factor = series + 6 * stride,
                      .daily = r->daily};
  c->benchmark = r->has_benchmark ? series + 7 * stride : NULL;
  return BT_OK;
}

/* What is room behind the bars is NaN, and time 0, as on this side's cuts (lookahead_cut.h). */
static bool receive_bars(child *c, const bt_child_request *r)
{
  size_t n_series = r->has_benchmark ? BT_CHILD_SERIES_MOST : BT_CHILD_SERIES;
  size_t stride = r->n_room > 0 ? r->n_room : r->n_bars;
  bool ok = true;
  for (size_t i = 0; i < n_series && ok; i++) {
    double *series = (double *)c->map + i * stride;
    ok = receive(c, series, r->n_bars * sizeof *series);
    for (size_t t = r->n_bars; t < stride && i > 0; t++) series[t] = (double)NAN;
  }
  return ok;
}

static bt_status alloc_beside(child *c, size_t n_bars, bt_error *err)
{
  c->nothing = calloc(n_bars, sizeof *c->nothing);
  bool ok = c->nothing;
  for (int i = 0; i < BT_STOP_COUNT && ok; i++) {
    if (c->job->stop_params[i]) c->amounts[i] = calloc(n_bars, sizeof *c->amounts[i]);
    ok = !c->job->stop_params[i] || c->amounts[i];
  }
  return ok ? BT_OK : bt_fail_nomem(err, "bars");
}

static bt_status open_ticker(child *c, const bt_child_request *r, bt_error *err)
{
  const bt_ticker_source source = {.bars = &c->bars,
                                   .entry = &c->job->universe->entries[r->ticker],
                                   .periods_per_year = r->periods_per_year,
                                   .simulates = true};
  bt_status status = alloc_beside(c, r->n_bars, err);
  if (!status && mprotect(c->map, c->map_bytes, PROT_READ)) status = bt_fail_nomem(err, "bars");
  const bt_ticker_remains remains = {c->benchmark, r->n_room};
  if (!status && r->n_room > 0)
    status = bt_ticker_open_first(&c->ticker, &source, &remains, c->job, err);
  else if (!status)
    status = bt_ticker_open(&c->ticker, &source, c->job, err);
  c->is_open = !status;
  return status;
}

/* Without memory there is nowhere to put what follows: the process ends. */
static bool serve_open(child *c, const bt_child_request *r)
{
  bt_error err;
  close_ticker(c);
  if (map_bars(c, r, &err) || !receive_bars(c, r)) return false;
  bt_status status = open_ticker(c, r, &err);
  c->scratch.aim.changes.n = 0;
  return answer(c, status, &err);
}

/* ---- what is wanted ---------------------------------------------------------------------------
 */

static bool serve_aim(child *c, const bt_child_request *r)
{
  bt_error err;
  bt_status status = bt_ticker_aim(&c->ticker, &c->scratch, c->job, r->combo, &err);
  if (!status && r->span.first < r->span.end)
    status = bt_ticker_find_target(&c->ticker, &c->scratch, r->span, &err);
  return answer(c, status, &err);
}

/* The parts, with their params, and the amounts behind them. */
static bool receive_parts(child *c, bt_on_bar_part *parts, double *params,
                          const bt_child_request *r)
{
  size_t n_params = bt_grid_n_params(c->job->grid), n_bars = c->bars.n_bars;
  for (size_t i = 0; i < r->n_parts; i++) {
    bt_child_part part;
    double *at = params + i * n_params;
    if (!receive(c, &part, sizeof part) || !receive(c, at, n_params * sizeof *at)) return false;
    parts[i] = (bt_on_bar_part){part.first, part.has_params ? at : NULL};
  }
  for (int i = 0; i < BT_STOP_COUNT; i++)
    if (r->has_amounts[i] && !receive(c, c->amounts[i], n_bars * sizeof(double))) return false;
  return true;
}

static bt_status aim_parts(child *c, const bt_on_bar_part *parts, const bt_child_request *r,
                           bt_error *err)
{
  bt_status status = bt_ticker_aim_at(&c->ticker, &c->scratch, c->job, c->nothing, err);
  for (int i = 0; i < BT_STOP_COUNT && !status; i++)
    if (r->has_amounts[i]) c->scratch.how.simulation.stops.at[i].amounts = c->amounts[i];
  if (status) return status;
  return bt_ticker_aim_parts(&c->ticker, &c->scratch, parts, r->n_parts, r->span, err);
}

static bool serve_parts(child *c, const bt_child_request *r)
{
  bt_error err;
  bt_on_bar_part *parts = calloc(r->n_parts, sizeof *parts);
  double *params = calloc(r->n_parts * bt_grid_n_params(c->job->grid) + 1, sizeof *params);
  bool ok = parts && params && receive_parts(c, parts, params, r);
  if (ok) ok = answer(c, aim_parts(c, parts, r, &err), &err);
  free(parts);
  free(params);
  return ok;
}

static bool serve(child *c, const bt_child_request *r)
{
  c->number = r->number;
  switch (r->verb) {
  case BT_CHILD_OPEN:
    return serve_open(c, r);
  case BT_CHILD_AIM:
    return serve_aim(c, r);
  case BT_CHILD_AIM_PARTS:
    return serve_parts(c, r);
  }
  return false;
}

void bt_child__serve(int socket, const bt_job *job)
{
  bt_job sealed = *job;
  sealed.guard = BT_GUARD_SEAL;
  sealed.regimes.spec.kind = BT_REGIME_NONE; /* no strategy sees one */
  child c = {.socket = socket, .job = &sealed, .pid = getpid()};
  bt_child_request request;
  if (bt_ticker_scratch_init(&c.scratch, bt_grid_n_params(job->grid), NULL)) return;
  while (receive(&c, &request, sizeof request) && serve(&c, &request)) continue;
  close_ticker(&c);
  bt_ticker_scratch_clear(&c.scratch);
}
