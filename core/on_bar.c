#include "core/on_bar.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/account.h"
#include "core/marks.h"

void bt_on_bar_init(bt_on_bar *scratch)
{
  *scratch = (bt_on_bar){0};
  bt_ledger_init(&scratch->ledger);
}

void bt_on_bar_clear(bt_on_bar *scratch)
{
  bt_ledger_clear(&scratch->ledger);
  free(scratch->state_block);
  for (size_t i = 0; i < BT_ON_BAR_MARKS; i++) free(scratch->marks[i].state);
  bt_on_bar_init(scratch);
}

void bt_on_bar_forget(bt_on_bar *scratch)
{
  for (size_t i = 0; i < BT_ON_BAR_MARKS; i++) scratch->marks[i].is_set = false;
}

size_t bt_on_bar_first(bt_fill fill, bt_span span)
{
  return fill == BT_FILL_OPEN && span.first > 0 ? span.first - 1 : span.first;
}

static bt_status reserve_state(bt_on_bar *scratch, size_t n_bytes, bt_error *err)
{
  unsigned char *blocks[BT_ON_BAR_MARKS + 1];
  if (n_bytes <= scratch->state_capacity && scratch->state) return BT_OK;
  for (size_t i = 0; i <= BT_ON_BAR_MARKS; i++) {
    unsigned char **place = i == 0 ? &scratch->state_block : &scratch->marks[i - 1].state;
    blocks[i] = realloc(*place, n_bytes + 2 * BT_MARK_BYTES);
    if (!blocks[i]) return bt_fail_nomem(err, "state of a strategy");
    *place = blocks[i];
    scratch->state = scratch->state_block + BT_MARK_BYTES;
  }
  scratch->state_capacity = n_bytes;
  return BT_OK;
}

/* ---- one run ----------------------------------------------------------------------------------
 */

typedef struct run {
  const bt_on_bar_job *job;
  bt_on_bar *scratch;
  bt_signal_host *host;
  bt_account account;
  bt_on_bar_lines lines;
  bt_now now;
  const double *params; /* of the part in charge */
  double wanted;        /* what it wanted last, before directions and membership */
  double least, most;   /* what the direction allows */
  size_t part, change;  /* the next ones */
  size_t part_bar;      /* on which the next part begins; SIZE_MAX: none does */
  bool is_member;
} run;

bt_status bt_on_bar_prepare(bt_on_bar_lines *lines, const bt_strategy *strategy,
                            const double *params, bt_signal_host *host, bt_error *err)
{
  enum { FIRST = BT_LINES_BESIDE, END = FIRST + BT_LINES_MOST, N = END + BT_LINES_BESIDE };
  const double *none = bt_indicator_cache_nan(host->hold.cache);
  for (size_t i = 0; i < N; i++) lines->all[i] = none;
  if (!strategy->prepare) return BT_OK;
  strategy->prepare(&host->host, params, lines->all + FIRST);
  for (size_t i = 0; i < N; i++) {
    bool is_line = i >= FIRST && i < END;
    if (is_line && !lines->all[i]) lines->all[i] = none; /* a benchmark that is not given */
    if (!is_line && lines->all[i] != none)
      return bt_fail(err, BT_ERR_DATA, "strategy %s: prepare has set lines beyond the %d there are",
                     strategy->name, BT_LINES_MOST);
  }
  return BT_OK;
}

static bt_status fail_target(double target, size_t bar, bt_error *err)
{
  return bt_fail(err, BT_ERR_DATA, "the target of bar %zu is %g: not within -1 to +1", bar, target);
}

/* What the strategy answers at the close of bar t; NaN leaves what it wanted before. */
static inline bt_status ask(run *r, size_t t, bt_error *err)
{
  r->now.t = t;
  double answer = r->job->strategy->on_bar(&r->now, r->params);
  if (answer >= -1 && answer <= 1)
    r->wanted = answer;
  else if (!isnan(answer))
    return fail_target(answer, t, err);
  return BT_OK;
}

/* ---- what was seen before (rules 1 and 5) -----------------------------------------------------
 */

/* The mark that is the furthest of those that do not lie behind a bar; else one that is free, or
 * the first, begun anew. */
static bt_on_bar_mark *choose_mark(bt_on_bar *scratch, size_t bar)
{
  bt_on_bar_mark *best = NULL, *marks = scratch->marks;
  for (size_t i = 0; i < BT_ON_BAR_MARKS; i++) {
    if (!marks[i].is_set || marks[i].bar > bar) continue;
    if (!best || marks[i].bar > best->bar) best = &marks[i];
  }
  if (best) return best;
  best = &marks[0];
  for (size_t i = BT_ON_BAR_MARKS; i-- > 0;)
    if (!marks[i].is_set) best = &marks[i];
  best->is_set = false;
  best->bar = 0;
  best->wanted = 0;
  return best;
}

static void set_flat(run *r)
{
  r->now.shares = r->now.position = 0;
  r->now.entry_price = (double)NAN;
  r->now.bars_held = 0;
  r->now.equity = r->job->config->cash;
}

/* Lets the strategy see all bars before `bar`, flat. */
static bt_status watch(run *r, size_t bar, bt_error *err)
{
  size_t n_bytes = r->job->strategy->state_bytes;
  bt_on_bar_mark *mark = choose_mark(r->scratch, bar);
  bt_status status = BT_OK;
  if (mark->is_set)
    memcpy(r->scratch->state, mark->state, n_bytes);
  else
    memset(r->scratch->state, 0, n_bytes);
  r->wanted = mark->wanted;
  set_flat(r);
  for (size_t t = mark->bar; t < bar && !status; t++) status = ask(r, t, err);
  mark->is_set = !status;
  mark->bar = bar;
  mark->wanted = r->wanted;
  memcpy(mark->state, r->scratch->state, n_bytes);
  return status;
}

/* ---- deciding ---------------------------------------------------------------------------------
 */

/* The next part takes over: the series of the one before are let go. */
static bt_status begin_part(run *r, bt_error *err)
{
  const bt_on_bar_part *part = &r->job->parts[r->part++];
  r->part_bar = r->part < r->job->n_parts ? r->job->parts[r->part].first : SIZE_MAX;
  r->params = part->params;
  if (!part->params) return BT_OK;
  if (r->part > 1) {
    bt_on_bar_forget(r->scratch);
    bt_indicator_hold_release(&r->host->hold);
  }
  bt_status status = bt_on_bar_prepare(&r->lines, r->job->strategy, part->params, r->host, err);
  if (r->host->status) return r->host->status; /* the host has the reason */
  if (status) return status;
  return watch(r, part->first, err);
}

/* What the strategy sees of the account at the close of bar t. */
static inline void look(run *r, size_t t)
{
  const bt_account *a = &r->account;
  double value = a->shares * a->bars->close[t];
  r->now.equity = a->cash + value;
  if (r->now.shares == 0 && a->shares == 0) return; /* set by set_flat */
  r->now.shares = a->shares;
  if (a->shares == 0) {
    double equity = r->now.equity;
    set_flat(r);
    r->now.equity = equity;
    return;
  }
  r->now.position = value / r->now.equity;
  r->now.entry_price = a->held_price;
  r->now.bars_held = t - bt_account__open_trade(a)->entry_bar;
}

static bool is_member(run *r, size_t t)
{
  const bt_changes *members = r->job->members;
  for (; r->change < members->n && members->at[r->change].bar <= t; r->change++)
    r->is_member = members->at[r->change].target != 0;
  return r->is_member;
}

/* The target that counts at the close of bar t, in *out. */
static inline bt_status decide(double *out, run *r, size_t t, bt_error *err)
{
  bt_status status = BT_OK;
  while (r->part_bar <= t && !status) status = begin_part(r, err);
  if (status) return status;
  *out = 0;
  if (!r->params) return BT_OK;
  look(r, t);
  status = ask(r, t, err);
  double target = r->wanted > r->least ? r->wanted : r->least;
  target = target < r->most ? target : r->most;
  if (!r->job->members || is_member(r, t)) *out = target;
  return status;
}

/* ---- the account (rules 7, 8, 11 to 14 of core/simulate.c) ------------------------------------
 */

/* A level that is reached on bar t. */
static bt_status touch_levels(bt_account *a, size_t t, bt_error *err)
{
  bt_touch touch;
  if (!bt_account__find_touch(&touch, a, t, t + 1)) return BT_OK;
  return bt_account__close_at_level(a, &touch, err);
}

/* Whether equity is gone at the close of bar t; compared as the simulator does it. */
static inline bool is_gone_at(const bt_account *a, size_t t)
{
  if (a->shares >= 0 && a->cash >= 0) return false;
  double value = a->shares * a->bars->close[t];
  if (a->shares < 0 && a->config->borrow_rate > 0) return bt_account__is_gone(a->cash, value);
  return bt_account__is_gone(a->cash, a->cash + value - a->cash);
}

/* Bar t with fills at the open: borrow, the order of the decision before, levels. */
static inline bt_status pass_open(bt_account *a, size_t t, double decision, bool is_eventful,
                                  bt_error *err)
{
  if (!is_eventful && decision == a->in_force) return BT_OK;
  if (is_eventful) bt_account__charge_borrow(a, t);
  bt_status status = bt_account__follow_decision(a, t, decision, err);
  if (is_eventful && !status && !a->ledger->ruined) status = touch_levels(a, t, err);
  return status;
}

/* Bar t with fills at the close, ahead of its decision: borrow, levels. */
static inline bt_status pass_day(bt_account *a, size_t t, bool is_eventful, bt_error *err)
{
  if (!is_eventful) return BT_OK;
  bt_account__charge_borrow(a, t);
  return touch_levels(a, t, err);
}

static void spread_last(double *target, size_t from, size_t n_bars, double last)
{
  for (size_t t = from; t < n_bars; t++) target[t] = last;
}

/* Bars without an order, a level, borrow or membership: the strategy is asked, and that is all.
 * Fills are at the open. Begins on bar *t, and leaves it at the bar on which the last answer fills,
 * equity is gone, another part begins, or `end`. What is here is what the rest of this file does
 * bar by bar, kept in registers. */
static bt_status pass_quietly(size_t *t, double *target, run *r, size_t end, bt_error *err)
{
  const bt_account *a = &r->account;
  const double cash = a->cash, shares = a->shares, in_force = a->in_force, *close = a->bars->close;
  const double least = r->least, most = r->most, *params = r->params;
  double (*const on_bar)(const bt_now *, const double *) = r->job->strategy->on_bar;
  const bool is_safe = shares >= 0 && cash >= 0;
  double wanted = r->wanted;
  size_t i = *t;
  look(r, i);
  size_t entry_bar = i - r->now.bars_held;
  while (i < end) {
    double value = shares * close[i], equity = cash + value;
    if (!is_safe && bt_account__is_gone(cash, equity - cash)) break;
    r->now.t = i;
    r->now.equity = equity;
    if (shares != 0) {
      r->now.position = value / equity;
      r->now.bars_held = i - entry_bar;
    }
    double answer = on_bar(&r->now, params);
    if (answer >= -1 && answer <= 1)
      wanted = answer;
    else if (!isnan(answer))
      return fail_target(answer, i, err);
    double wish = wanted > least ? wanted : least;
    wish = wish < most ? wish : most;
    target[i++] = wish;
    if (wish != in_force) break;
  }
  r->wanted = wanted;
  *t = i;
  return BT_OK;
}

/* The bars of the span, each with its decision. Sets *end behind the last one decided. */
static bt_status go(size_t *end, double *target, run *r, bt_error *err)
{
  const bt_on_bar_job *job = r->job;
  bt_account *a = &r->account;
  bool opens = job->config->fill == BT_FILL_OPEN;
  bool is_eventful = a->has_levels || job->config->borrow_rate > 0;
  bt_status status = BT_OK;
  size_t t = bt_on_bar_first(job->config->fill, job->span);
  if (t < job->span.first) {
    status = decide(&target[t], r, t, err);
    t++;
  }
  bool is_quiet = opens && !is_eventful && !job->members;
  for (; t < job->span.end && !status; t++) {
    bool same = t > 0 && target[t - 1] == a->in_force;
    size_t until = r->part_bar < job->span.end ? r->part_bar : job->span.end;
    if (is_quiet && same && r->params && t < until)
      status = pass_quietly(&t, target, r, until, err);
    if (status || t == job->span.end) break;
    double before = t > 0 ? target[t - 1] : 0;
    status = opens ? pass_open(a, t, before, is_eventful, err) : pass_day(a, t, is_eventful, err);
    if (status || a->ledger->ruined || is_gone_at(a, t)) break;
    status = decide(&target[t], r, t, err);
    if (status || opens) continue;
    status = bt_account__follow_decision(a, t, target[t], err);
    if (a->ledger->ruined || is_gone_at(a, t)) {
      t++;
      break;
    }
  }
  *end = t;
  return status;
}

bt_status bt_on_bar_run(double *target, bt_on_bar *scratch, const bt_on_bar_job *job,
                        bt_signal_host *host, bt_error *err)
{
  run r = {.job = job,
           .scratch = scratch,
           .host = host,
           .least = job->direction == BT_DIRECTION_LONG ? 0 : -1,
           .most = job->direction == BT_DIRECTION_SHORT ? 0 : 1,
           .is_member = false};
  size_t first = bt_on_bar_first(job->config->fill, job->span), end = 0;
  assert(job->n_parts > 0 && job->parts[0].first == first && job->span.first < job->span.end);
  bt_status status = reserve_state(scratch, job->strategy->state_bytes, err);
  if (status) return status;
  bt_account__begin(&r.account, &scratch->ledger, job->bars, job->span.first, job->config);
  r.now = (bt_now){
      .state = scratch->state, .series = &host->series, .lines = r.lines.all + BT_LINES_BESIDE};
  r.part_bar = first;
  set_flat(&r);
  spread_last(target, 0, first, 0);
  bt_marks_set(scratch->state, job->strategy->state_bytes);
  status = go(&end, target, &r, err);
  bool is_its_own = !status || status == BT_ERR_DATA; /* and no want of memory */
  if (is_its_own && !bt_marks_hold(scratch->state, job->strategy->state_bytes))
    status = bt_fail(err, BT_ERR_DATA, "strategy %s: it has written before or behind its state",
                     job->strategy->name);
  if (!status) spread_last(target, end, job->bars->n_bars, end > 0 ? target[end - 1] : 0);
  bt_indicator_hold_release(&host->hold);
  return status;
}
