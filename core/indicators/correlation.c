/* Pearson's correlation of the ticker's last `period` returns, close[t] / close[t-1] - 1, with the
 * benchmark's from the same bar to the same bar (bt_series.benchmark). NaN where one of them has no
 * return in the window, or the same on all its bars but for rounding (0 / 0). First value on bar
 * `period`. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/window_moments.h"

/* Rounding may lead a little beyond 1; NaN stays. */
static inline double within_one(double x)
{
  return x > 1 ? 1 : x < -1 ? -1 : x;
}

static void correlate(double *restrict product, const double *restrict squares, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double x = squares[2 * i], y = squares[2 * i + 1];
    bool moved = bt_indicator__has_moved(x) && bt_indicator__has_moved(y);
    product[i] = moved ? within_one(product[i] / sqrt(x * y)) : (double)NAN;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  const bt_two_series both = {outputs[0], s->benchmark, s->n_bars};
  bt_indicator__fill_returns(both.x, s->close, s->n_bars);
  return bt_indicator__products(&both, (size_t)params[0], correlate, err);
}

static const bt_param params[] = {
    {.name = "period", .preset = 60, .least = 2, .most = 1e6, .whole = 1, .meaning = "returns"}};
static const char *const outputs[] = {"correlation"};

extern const bt_indicator bt_indicator_correlation;
const bt_indicator bt_indicator_correlation = {
    .name = "correlation",
    .summary =
        "correlation of the last `period` returns with the benchmark's between the same bars",
    .source = "TA-Lib CORREL of returns, but from deviations",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .needs_benchmark = true,
    .compute = compute};
