/* Wilder's parabolic stop and reverse. The stop of a bar trails the extreme of the trend so far:
 * stop += speed (extreme - stop), where speed grows by `step` up to `most` with every new extreme,
 * and the stop never enters the range of the last two bars. A bar that reaches the stop turns the
 * trend; that bar's value is the extreme of the old trend (again outside the last two bars), and
 * speed is `step` anew.
 *
 * As TA-Lib: the first value is on bar 1; the trend is down there if the low has moved by more than
 * the high and downwards (Wilder's -DM of that bar), else up; its first stop is the far end of bar
 * 0. TTR begins otherwise. A down trend is an up trend of prices with their sign turned.
 */
#include "core/indicator.h"
#include "core/indicators/undefined.h"

/* Prices have the sign of the trend, so that it always goes up. */
typedef struct trend {
  double sign;
  double stop, extreme, speed;
} trend;

typedef struct range {
  double top, bottom;
} range;

static inline double larger(double a, double b)
{
  return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
  return a < b ? a : b;
}

static inline range range_of(const bt_series *s, size_t t, double sign)
{
  range up = {s->high[t], s->low[t]}, down = {-s->low[t], -s->high[t]};
  return sign > 0 ? up : down;
}

static trend begin(const bt_series *s, double speed)
{
  double up = s->high[1] - s->high[0], down = s->low[0] - s->low[1];
  double sign = down > 0 && down > up ? -1 : 1;
  return (trend){sign, range_of(s, 0, sign).bottom, range_of(s, 1, sign).top, speed};
}

/* The end of a trend, whose extreme (outside the last two bars) becomes the stop of the next one.
 */
static double turn(trend *now, range before, range bar, double speed)
{
  double top = larger(before.top, bar.top), stop = larger(now->extreme, top);
  double next = larger(stop + speed * (bar.bottom - stop), top), value = now->sign * stop;
  *now = (trend){-now->sign, -next, -bar.bottom, speed};
  return value;
}

static void follow(trend *now, range before, range bar, double step, double most)
{
  if (bar.top > now->extreme) {
    now->extreme = bar.top;
    now->speed = smaller(now->speed + step, most);
  }
  double stop = now->stop + now->speed * (now->extreme - now->stop);
  now->stop = smaller(stop, smaller(before.bottom, bar.bottom));
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  const bt_series *s = input->series;
  const double most = params[1], step = smaller(params[0], most);
  double *restrict out = outputs[0];
  bt_indicator__fill_nan(out, s->n_bars ? 1 : 0);
  if (s->n_bars < 2) return BT_OK;
  trend now = begin(s, step);
  for (size_t t = 1; t < s->n_bars; t++) {
    /* bar 1 has none before it that counts */
    range bar = range_of(s, t, now.sign), before = range_of(s, t > 1 ? t - 1 : t, now.sign);
    if (bar.bottom <= now.stop) {
      out[t] = turn(&now, before, bar, step);
    } else {
      out[t] = now.sign * now.stop;
      follow(&now, before, bar, step, most);
    }
  }
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)values;
  (void)output;
  return 1;
}

static const bt_param params[] = {
    {.name = "step", .preset = 0.02, .least = 0, .most = 1, .meaning = "growth of the speed"},
    {.name = "most", .preset = 0.2, .least = 0, .most = 1, .meaning = "the greatest speed"}};
static const char *const outputs[] = {"psar"};

extern const bt_indicator bt_indicator_psar;
const bt_indicator bt_indicator_psar = {
    .name = "psar",
    .summary = "parabolic stop and reverse: the stop that is in force on each bar",
    .source = "Wilder 1978; TA-Lib SAR",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
