#include "core/regime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/costs.h"
#include "core/number.h"
#include "core/suggest.h"

enum { N_KINDS = 5, N_FIXED_MOST = 3, BARS_LEAST = 2, BARS_MOST = 1000000 };

/* By bt_regime_kind; a book has names of its own. */
static const char *const kinds[N_KINDS] = {"", "trend", "vol", "drawdown", "file"};
static const char *const fixed_names[N_KINDS][N_FIXED_MOST] = {
    [BT_REGIME_TREND] = {"above", "below"},
    [BT_REGIME_VOL] = {"low", "mid", "high"},
    [BT_REGIME_DRAWDOWN] = {"bull", "bear"}};

/* ---- the option ----------------------------------------------------------------------------- */

/* The kind that stands before the colon; NONE where it is no kind. */
static bt_regime_kind find_kind(const char *spec)
{
  size_t length = strcspn(spec, ":");
  for (int i = 1; i < N_KINDS && spec[length] == ':'; i++)
    if (strlen(kinds[i]) == length && memcmp(kinds[i], spec, length) == 0) return (bt_regime_kind)i;
  return BT_REGIME_NONE;
}

static bt_status fail_kind(const char *spec, bt_error *err)
{
  char kind[16] = "";
  size_t length = strcspn(spec, ":");
  if (length < sizeof kind) memcpy(kind, spec, length);
  const char *nearest = bt_suggest(kind, kinds + 1, N_KINDS - 1);
  return bt_fail(err, BT_ERR_USAGE,
                 "--regimes %s: expected trend:BARS, vol:BARS, drawdown:FALL or file:PATH%s%s%s",
                 spec, nearest ? "; did you mean " : "", nearest ? nearest : "",
                 nearest ? ":?" : "");
}

static bt_status parse_bars(size_t *out, const char *value, const char *spec, bt_error *err)
{
  double bars = 0;
  bool whole = value[strspn(value, "0123456789")] == '\0' && bt_number_parse(&bars, value);
  if (!whole || bars < BARS_LEAST || bars > BARS_MOST)
    return bt_fail(err, BT_ERR_USAGE,
                   "--regimes %s: expected a number of bars from %d to %d, such as trend:200 or "
                   "vol:63",
                   spec, BARS_LEAST, BARS_MOST);
  *out = (size_t)bars;
  return BT_OK;
}

static bt_status parse_fall(double *out, const char *value, const char *spec, bt_error *err)
{
  double fall = 0;
  if (bt_rate_parse(&fall, "--regimes", value, NULL) || !(fall > 0 && fall < 1))
    return bt_fail(err, BT_ERR_USAGE,
                   "--regimes %s: expected a fall above 0%% and below 100%%, such as drawdown:20%%",
                   spec);
  *out = fall;
  return BT_OK;
}

bt_status bt_regime_parse(bt_regime_spec *out, const char *spec, bt_error *err)
{
  bt_status status = BT_OK;
  bt_regime_spec parsed = {.kind = find_kind(spec)};
  if (parsed.kind == BT_REGIME_NONE) return fail_kind(spec, err);
  const char *value = strchr(spec, ':') + 1;
  if (parsed.kind == BT_REGIME_FILE) {
    parsed.path = value;
    if (*value == '\0')
      status = bt_fail(err, BT_ERR_USAGE, "--regimes %s: expected a path, such as file:regimes.csv",
                       spec);
  } else if (parsed.kind == BT_REGIME_DRAWDOWN) {
    status = parse_fall(&parsed.fall, value, spec, err);
  } else {
    status = parse_bars(&parsed.n_bars, value, spec, err);
  }
  if (!status) *out = parsed;
  return status;
}

/* ---- names ---------------------------------------------------------------------------------- */

void bt_regime_book_clear(bt_regime_book *book)
{
  for (size_t i = 0; i < book->n_names; i++) free(book->names[i]);
  free(book->names);
  free(book->stretches);
  *book = (bt_regime_book){0};
}

size_t bt_regime_count(const bt_regime_spec *spec, const bt_regime_book *book)
{
  if (spec->kind == BT_REGIME_FILE) return book->n_names;
  size_t n = 0;
  while (n < N_FIXED_MOST && fixed_names[spec->kind][n]) n++;
  return n;
}

const char *bt_regime_name(const bt_regime_spec *spec, const bt_regime_book *book, size_t regime)
{
  return spec->kind == BT_REGIME_FILE ? book->names[regime] : fixed_names[spec->kind][regime];
}

/* ---- from the benchmark to a ticker --------------------------------------------------------- */

/* Mean distance of two bars, 0 for fewer than two. */
static double spacing_ns(const bt_bars *bars)
{
  if (bars->n_bars < 2) return 0;
  return ((double)bars->time_ns[bars->n_bars - 1] - (double)bars->time_ns[0]) /
         (double)(bars->n_bars - 1);
}

void bt_regime_carry(unsigned char *out, const bt_bars *ticker, const unsigned char *labels,
                     const bt_bars *source)
{
  bool coarser = spacing_ns(source) > 1.5 * spacing_ns(ticker) && ticker->n_bars > 1;
  size_t n_begun = 0; /* bars of source that begin at or before the ticker's */
  for (size_t t = 0; t < ticker->n_bars; t++) {
    while (n_begun < source->n_bars && source->time_ns[n_begun] <= ticker->time_ns[t]) n_begun++;
    size_t n_known = coarser && n_begun > 0 ? n_begun - 1 : n_begun;
    out[t] = n_known > 0 ? labels[n_known - 1] : BT_REGIME_UNKNOWN;
  }
}
