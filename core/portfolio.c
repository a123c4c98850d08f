#include "core/portfolio.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

/* What is known of all tickers at each time: one row of n_times values for each series. */
typedef struct table {
  size_t n_times;
  int64_t *time_ns;
  double *sum;       /* of the returns */
  uint32_t *exposed; /* bars that end with a position */
} table;

struct bt_portfolio {
  size_t n_series, n_tickers, ticker_capacity;
  int64_t *first_ns, *last_ns; /* of all tickers, either list rising */
  table table;
};

bt_status bt_portfolio_new(bt_portfolio **out, size_t n_series, bt_error *err)
{
  bt_portfolio *portfolio = calloc(1, sizeof *portfolio);
  if (!portfolio) return bt_fail_nomem(err, "portfolio");
  portfolio->n_series = n_series;
  *out = portfolio;
  return BT_OK;
}

static void clear_table(table *t)
{
  free(t->time_ns);
  free(t->sum);
  free(t->exposed);
  *t = (table){0};
}

void bt_portfolio_free(bt_portfolio *portfolio)
{
  if (!portfolio) return;
  clear_table(&portfolio->table);
  free(portfolio->first_ns);
  free(portfolio->last_ns);
  free(portfolio);
}

/* All sums 0. */
static bt_status new_table(table *out, size_t n_times, size_t n_series, bt_error *err)
{
  table t = {.n_times = n_times};
  if (n_times > SIZE_MAX / sizeof *t.sum / n_series) return bt_fail_nomem(err, "portfolio");
  t.time_ns = malloc(n_times * sizeof *t.time_ns);
  t.sum = calloc(n_times * n_series, sizeof *t.sum);
  t.exposed = calloc(n_times * n_series, sizeof *t.exposed);
  if (!t.time_ns || !t.sum || !t.exposed) {
    clear_table(&t);
    return bt_fail_nomem(err, "portfolio");
  }
  *out = t;
  return BT_OK;
}

/* Room for one ticker more. */
static bt_status reserve_ticker(bt_portfolio *p, bt_error *err)
{
  if (p->n_tickers < p->ticker_capacity) return BT_OK;
  size_t capacity = p->ticker_capacity ? 2 * p->ticker_capacity : 64;
  if (capacity > SIZE_MAX / sizeof *p->first_ns) return bt_fail_nomem(err, "portfolio");
  int64_t *first_ns = realloc(p->first_ns, capacity * sizeof *first_ns);
  if (!first_ns) return bt_fail_nomem(err, "portfolio");
  p->first_ns = first_ns;
  int64_t *last_ns = realloc(p->last_ns, capacity * sizeof *last_ns);
  if (!last_ns) return bt_fail_nomem(err, "portfolio");
  p->last_ns = last_ns;
  p->ticker_capacity = capacity;
  return BT_OK;
}

/* ---- adding --------------------------------------------------------------------------------- */

/* A ticker that is being added. */
typedef struct addition {
  const int64_t *time_ns;
  const double *const *returns, *const *shares;
  size_t n;
} addition;

/* Where the times of the ticker and of the table are in their union. */
typedef struct merging {
  size_t *of_table, *of_ticker;
  size_t n_times;
} merging;

static void merge(merging *m, const table *t, const addition *a)
{
  m->n_times = 0;
  for (size_t i = 0, k = 0; i < t->n_times || k < a->n; m->n_times++) {
    bool of_table = i < t->n_times && (k == a->n || t->time_ns[i] <= a->time_ns[k]);
    bool of_ticker = k < a->n && (i == t->n_times || a->time_ns[k] <= t->time_ns[i]);
    if (of_table) m->of_table[i++] = m->n_times;
    if (of_ticker) m->of_ticker[k++] = m->n_times;
  }
}

/* Replaces the table by one with the times of both. */
static bt_status widen(bt_portfolio *p, const merging *m, const addition *a, bt_error *err)
{
  table wider, *t = &p->table;
  bt_status status = new_table(&wider, m->n_times, p->n_series, err);
  if (status) return status;
  for (size_t k = 0; k < a->n; k++) wider.time_ns[m->of_ticker[k]] = a->time_ns[k];
  for (size_t i = 0; i < t->n_times; i++) wider.time_ns[m->of_table[i]] = t->time_ns[i];
  for (size_t s = 0; s < p->n_series; s++) {
    const double *sum = t->sum + s * t->n_times;
    const uint32_t *exposed = t->exposed + s * t->n_times;
    for (size_t i = 0; i < t->n_times; i++) {
      wider.sum[s * m->n_times + m->of_table[i]] = sum[i];
      wider.exposed[s * m->n_times + m->of_table[i]] = exposed[i];
    }
  }
  clear_table(t);
  *t = wider;
  return BT_OK;
}

/* Adds the values of all series; bar k stands at place[k], or at first + k where place is NULL. */
static void add_values(bt_portfolio *p, const addition *a, const size_t *place, size_t first)
{
  for (size_t s = 0; s < p->n_series; s++) {
    const double *returns = a->returns[s], *shares = a->shares ? a->shares[s] : NULL;
    double *sum = p->table.sum + s * p->table.n_times;
    uint32_t *exposed = p->table.exposed + s * p->table.n_times;
    if (place)
      for (size_t k = 0; k < a->n; k++) sum[place[k]] += returns[k];
    else
      for (size_t k = 0; k < a->n; k++) sum[first + k] += returns[k];
    for (size_t k = 0; shares && k < a->n; k++)
      exposed[place ? place[k] : first + k] += shares[k] != 0;
  }
}

static bt_status add_merged(bt_portfolio *p, const addition *a, bt_error *err)
{
  bt_status status = BT_OK;
  size_t n_times = p->table.n_times;
  if (a->n > SIZE_MAX / sizeof(size_t) - n_times) return bt_fail_nomem(err, "portfolio");
  size_t *places = malloc((n_times + a->n) * sizeof *places);
  if (!places) return bt_fail_nomem(err, "portfolio");
  merging m = {.of_table = places, .of_ticker = places + n_times};
  merge(&m, &p->table, a);
  if (m.n_times > n_times) status = widen(p, &m, a, err);
  if (!status) add_values(p, a, m.of_ticker, 0);
  free(places);
  return status;
}

/* Puts a time into n rising ones, of which there is room for one more. */
static void insert_time(int64_t *rising, size_t n, int64_t time_ns)
{
  size_t at = bt_time_find(rising, n, time_ns);
  memmove(rising + at + 1, rising + at, (n - at) * sizeof *rising);
  rising[at] = time_ns;
}

bt_status bt_portfolio_add(bt_portfolio *portfolio, const int64_t *time_ns,
                           const double *const *returns, const double *const *shares, size_t n,
                           bt_error *err)
{
  const addition a = {time_ns, returns, shares, n};
  const table *t = &portfolio->table;
  if (n == 0) return BT_OK;
  bt_status status = reserve_ticker(portfolio, err);
  if (status) return status;
  size_t first = bt_time_find(t->time_ns, t->n_times, time_ns[0]);
  if (n <= t->n_times - first && memcmp(t->time_ns + first, time_ns, n * sizeof *time_ns) == 0)
    add_values(portfolio, &a, NULL, first);
  else
    status = add_merged(portfolio, &a, err);
  if (status) return status;
  insert_time(portfolio->first_ns, portfolio->n_tickers, time_ns[0]);
  insert_time(portfolio->last_ns, portfolio->n_tickers++, time_ns[n - 1]);
  return BT_OK;
}

/* ---- results -------------------------------------------------------------------------------- */

size_t bt_portfolio_count(const bt_portfolio *portfolio)
{
  return portfolio->table.n_times;
}

const int64_t *bt_portfolio_times(const bt_portfolio *portfolio)
{
  return portfolio->table.time_ns;
}

bt_status bt_portfolio_returns(double *returns, double *exposed, const bt_portfolio *portfolio,
                               size_t series, bt_error *err)
{
  const table *t = &portfolio->table;
  size_t n = portfolio->n_tickers, n_begun = 0, n_ended = 0;
  (void)err;
  for (size_t i = 0; i < t->n_times; i++) {
    while (n_begun < n && portfolio->first_ns[n_begun] <= t->time_ns[i]) n_begun++;
    while (n_ended < n && portfolio->last_ns[n_ended] < t->time_ns[i]) n_ended++;
    double alive = (double)(n_begun - n_ended); /* > 0: whoever has a bar now */
    returns[i] = t->sum[series * t->n_times + i] / alive;
    if (exposed) exposed[i] = t->exposed[series * t->n_times + i] / alive;
  }
  return BT_OK;
}
