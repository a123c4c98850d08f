#include "core/regime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/costs.h"
#include "core/number.h"
#include "core/suggest.h"
#include "core/time.h"

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

enum { OLDEST_DAYS = 31, PERIODS_MOST = 2, WEEK_DAYS = 7 };

/* When a bar of the source is known on bars of the ticker, and how long its label holds. */
typedef struct carriage {
  bool waits;        /* for the next bar of the source: its bars are the longer ones */
  bool ends_by_date; /* or for the next date: they are days, those of the ticker parts of one */
  int64_t oldest_days;
} carriage;

static bt_status find_carriage(carriage *out, const bt_bars *ticker, const bt_bars *source,
                               bt_error *err)
{
  double length = 0, ticker_length = 0;
  bt_status status = bt_bars_length_days(&length, source, err);
  if (!status) status = bt_bars_length_days(&ticker_length, ticker, err);
  if (status) return status;
  out->waits = length > 1.5 * ticker_length;
  out->ends_by_date = out->waits && source->daily && length == 1;
  out->oldest_days = length > WEEK_DAYS ? PERIODS_MOST * (int64_t)length : OLDEST_DAYS;
  return BT_OK;
}

/* How many bars of the source are known on a bar of the ticker, of those that have begun by then.
 */
static size_t count_known(const carriage *how, const bt_bars *source, size_t n_begun,
                          int64_t time_ns)
{
  if (!how->waits || n_begun == 0) return n_begun;
  bool is_over =
      how->ends_by_date && bt_time_days(source->time_ns[n_begun - 1]) < bt_time_days(time_ns);
  return n_begun - !is_over;
}

bt_status bt_regime_carry(unsigned char *out, const bt_bars *ticker, const unsigned char *labels,
                          const bt_bars *source, bt_error *err)
{
  carriage how;
  size_t n_begun = 0; /* bars of source that begin at or before the ticker's */
  bt_status status = find_carriage(&how, ticker, source, err);
  for (size_t t = 0; t < ticker->n_bars && !status; t++) {
    int64_t time_ns = ticker->time_ns[t], oldest = bt_time_days(time_ns) - how.oldest_days;
    while (n_begun < source->n_bars && source->time_ns[n_begun] <= time_ns) n_begun++;
    size_t n = count_known(&how, source, n_begun, time_ns);
    bool holds = n > 0 && bt_time_days(source->time_ns[n - 1]) >= oldest;
    out[t] = holds ? labels[n - 1] : BT_REGIME_UNKNOWN;
  }
  return status;
}
