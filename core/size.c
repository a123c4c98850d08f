#include "core/size.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/number.h"

static bool is_percent(const char *text)
{
  size_t length = strlen(text);
  return length > 0 && text[length - 1] == '%';
}

/* Reads "25%" or "0.25". */
static bool read_fraction(double *out, const char *text)
{
  bool percent = is_percent(text);
  return bt_number_parse_scaled(out, text, strlen(text) - percent, percent ? -2 : 0);
}

/* 15 is 1500%, and never meant so. */
static bt_status fail_bare(bt_error *err, const char *spec, const char *number)
{
  char percent[BT_NUMBER_TEXT_SIZE];
  return bt_fail(err, BT_ERR_USAGE, "--size %s: %s means %s%%; write %s%%", spec, number,
                 bt_number_format_percent(percent, number), spec);
}

bt_status bt_size_parse(bt_size *out, const char *spec, bt_error *err)
{
  static const char prefix[] = "vol:";
  bool by_volatility = strncmp(spec, prefix, strlen(prefix)) == 0;
  const char *number = by_volatility ? spec + strlen(prefix) : spec;
  double value = 0;
  if (!read_fraction(&value, number))
    return bt_fail(err, BT_ERR_USAGE, "--size %s: expected 100%%, 25%% or vol:15%%", spec);
  if (!(value > 0)) return bt_fail(err, BT_ERR_USAGE, "--size %s: must be above 0%%", spec);
  if (value > 1 && !is_percent(number)) return fail_bare(err, spec, number);
  if (!by_volatility && value > 1)
    return bt_fail(err, BT_ERR_USAGE,
                   "--size %s: a position of more than 100%% of equity would need credit", spec);
  *out = by_volatility ? (bt_size){1, value} : (bt_size){value, 0};
  return BT_OK;
}

/* Standard deviation (ddof 1) of returns[0 .. BT_SIZE_RETURNS-1]. */
static double deviation_of(const double *returns)
{
  double sum = 0, squares = 0;
  for (size_t i = 0; i < BT_SIZE_RETURNS; i++) sum += returns[i];
  double mean = sum / BT_SIZE_RETURNS;
  for (size_t i = 0; i < BT_SIZE_RETURNS; i++) squares += (returns[i] - mean) * (returns[i] - mean);
  return sqrt(squares / (BT_SIZE_RETURNS - 1));
}

void bt_size_fill(double *sizes, const bt_bars *bars, double volatility, double periods_per_year)
{
  double last[BT_SIZE_RETURNS] = {0}; /* return of bar t at t modulo BT_SIZE_RETURNS */
  for (size_t t = 0; t < bars->n_bars; t++) {
    if (t > 0) last[t % BT_SIZE_RETURNS] = bars->close[t] / bars->close[t - 1] - 1;
    double yearly = deviation_of(last) * sqrt(periods_per_year);
    bool above = yearly > volatility; /* else all of equity: also where nothing moves */
    sizes[t] = t < BT_SIZE_RETURNS ? 0 : above ? volatility / yearly : 1;
  }
}
