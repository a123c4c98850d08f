/* Indicators of trends. */
#include "tests/support/indicator_proof.h"

static const double few_periods[][BT_INDICATOR_PARAMS_MOST] = {{1}, {2}, {14}, {500}};

/* ---- directional movement -------------------------------------------------------------------- */

typedef struct moves {
  long double plus, minus, range;
} moves;

static moves moves_of(const bt_series *s, size_t t)
{
  long double up = proof_wide(s->high[t]) - proof_wide(s->high[t - 1]);
  long double down = proof_wide(s->low[t - 1]) - proof_wide(s->low[t]);
  return (moves){up > down && up > 0 ? up : 0, down > up && down > 0 ? down : 0,
                 proof_true_range(s, t)};
}

/* Wilder's own form, s - s / period + x, behind the plain sums of the first bars. */
static moves add_moves(moves sum, moves x, long double forgets)
{
  return (moves){sum.plus - sum.plus * forgets + x.plus, sum.minus - sum.minus * forgets + x.minus,
                 sum.range - sum.range * forgets + x.range};
}

/* What is made of the sums on each bar; the bars before `period` are left as they are. */
typedef long double use_of_sums(moves sum, size_t output);

static void fill_from_sums(long double *out, const proof_query *q, use_of_sums *use)
{
  moves sum = {0, 0, 0};
  for (size_t t = 1; t < q->s->n_bars; t++) {
    long double forgets = t < q->period ? 0 : 1 / (long double)q->period;
    sum = add_moves(sum, moves_of(q->s, t), forgets);
    if (t >= q->period) out[t] = use(sum, q->output);
  }
}

static long double sum_itself(moves sum, size_t output)
{
  return output == 0 ? sum.plus : output == 1 ? sum.minus : sum.range;
}

static void directional_movement(long double *out, const proof_query *q)
{
  fill_from_sums(out, q, sum_itself);
}

const indicator_proof proof_of_directional_movement = {
    .series = directional_movement, .scale = proof_price, PROOF_PARAMS(few_periods)};

static long double plus_part(moves sum, size_t output)
{
  (void)output;
  return 100 * sum.plus / sum.range;
}

static long double minus_part(moves sum, size_t output)
{
  (void)output;
  return 100 * sum.minus / sum.range;
}

static void plus_di(long double *out, const proof_query *q)
{
  fill_from_sums(out, q, plus_part);
}

static void minus_di(long double *out, const proof_query *q)
{
  fill_from_sums(out, q, minus_part);
}

static const double di_params[][BT_INDICATOR_PARAMS_MOST] = {{2}, {14}, {500}};
static const proof_row plus_di_rows[] = {{"talib", "di", "14", "plus_di", {14}, 0, 0}};
static const proof_row minus_di_rows[] = {{"talib", "di", "14", "minus_di", {14}, 0, 0}};
const indicator_proof proof_of_plus_di = {
    .series = plus_di, .scale = proof_one, PROOF_PARAMS(di_params), PROOF_ROWS(plus_di_rows)};
const indicator_proof proof_of_minus_di = {
    .series = minus_di, .scale = proof_one, PROOF_PARAMS(di_params), PROOF_ROWS(minus_di_rows)};

static long double index_of(moves sum, size_t output)
{
  (void)output;
  return 100 * fabsl(sum.plus - sum.minus) / (sum.plus + sum.minus);
}

static void adx(long double *out, const proof_query *q)
{
  long double *dx = proof_scratch(0);
  fill_from_sums(dx, q, index_of);
  proof_wilder(out, dx, q->s->n_bars, q->period, q->period);
}

static const proof_row adx_rows[] = {{"talib", "adx", "14", "adx", {14}, 0, 0}};
const indicator_proof proof_of_adx = {
    .series = adx, .scale = proof_hundred, PROOF_PARAMS(di_params), PROOF_ROWS(adx_rows)};

/* ---- aroon ----------------------------------------------------------------------------------- */

/* From 0 for the first bar of the window to 100 for the last; the latest of equal ones. */
static double recency(const double *x, size_t t, size_t period, double sign)
{
  size_t begin = t - period, best = begin;
  for (size_t i = begin; i <= t; i++)
    if (sign * x[i] >= sign * x[best]) best = i;
  return 100 * (double)(best - begin) / (double)period;
}

static long double aroon(const proof_query *q, size_t t)
{
  double up = recency(q->s->high, t, q->period, 1), down = recency(q->s->low, t, q->period, -1);
  return proof_wide(q->output == BT_AROON_UP ? up : q->output == BT_AROON_DOWN ? down : up - down);
}

static const proof_row aroon_rows[] = {{"talib", "aroon", "25", "up", {25}, BT_AROON_UP, 0},
                                       {"talib", "aroon", "25", "down", {25}, BT_AROON_DOWN, 0}};
const indicator_proof proof_of_aroon = {
    .value = aroon, .is_exact = true, PROOF_FROM_1, PROOF_ROWS(aroon_rows)};

/* ---- stops ----------------------------------------------------------------------------------- */

typedef struct stop {
  bool is_up;
  long double value, extreme, speed;
} stop;

/* Neither above these lows, nor below these highs. */
static long double keep_out(bool is_up, long double value, const bt_series *s, size_t t)
{
  size_t before = t > 1 ? t - 1 : t;
  if (is_up) return fminl(value, proof_wide(fmin(s->low[before], s->low[t])));
  return fmaxl(value, proof_wide(fmax(s->high[before], s->high[t])));
}

static long double next_stop(stop *now, const bt_series *s, size_t t, const double *params)
{
  long double step = proof_wide(fmin(params[0], params[1])), most = proof_wide(params[1]);
  long double high = proof_wide(s->high[t]), low = proof_wide(s->low[t]), shown = now->value;
  bool turns = now->is_up ? low <= now->value : high >= now->value;
  if (turns) {
    now->is_up = !now->is_up;
    now->value = shown = keep_out(now->is_up, now->extreme, s, t);
    now->extreme = now->is_up ? high : low;
    now->speed = step;
  } else if (now->is_up ? high > now->extreme : low < now->extreme) {
    now->extreme = now->is_up ? high : low;
    now->speed = fminl(now->speed + step, most);
  }
  now->value += now->speed * (now->extreme - now->value);
  now->value = keep_out(now->is_up, now->value, s, t);
  return shown;
}

static void psar(long double *out, const proof_query *q)
{
  const bt_series *s = q->s;
  double up = s->high[1] - s->high[0], down = s->low[0] - s->low[1];
  bool is_up = !(down > 0 && down > up);
  stop now = {is_up, proof_wide(is_up ? s->low[0] : s->high[0]),
              proof_wide(is_up ? s->high[1] : s->low[1]),
              proof_wide(fmin(q->params[0], q->params[1]))};
  for (size_t t = 1; t < s->n_bars; t++) out[t] = next_stop(&now, s, t, q->params);
}

static const double psar_params[][BT_INDICATOR_PARAMS_MOST] = {{0.02, 0.2}, {0.3, 0.2}, {0.1, 1}};
static const proof_row psar_rows[] = {{"talib", "psar", "0.02|0.2", "sar", {0.02, 0.2}, 0, 0}};
const indicator_proof proof_of_psar = {
    .series = psar, PROOF_PARAMS(psar_params), PROOF_ROWS(psar_rows)};

/* The average true range, as scratch 0. */
static void fill_atr(const proof_query *q)
{
  long double *ranges = proof_scratch(1);
  for (size_t t = 1; t < q->s->n_bars; t++) ranges[t] = proof_true_range(q->s, t);
  proof_wilder(proof_scratch(0), ranges, q->s->n_bars, 1, q->period);
}

static void supertrend(long double *out, const proof_query *q)
{
  const bt_series *s = q->s;
  long double upper = HUGE_VALL, lower = -HUGE_VALL;
  bool is_up = true;
  fill_atr(q);
  for (size_t t = q->period; t < s->n_bars; t++) {
    long double middle = (proof_wide(s->high[t]) + proof_wide(s->low[t])) / 2;
    long double distance = proof_wide(q->params[1]) * proof_scratch(0)[t];
    long double before = proof_wide(s->close[t - 1]), close = proof_wide(s->close[t]);
    upper = before > upper ? middle + distance : fminl(upper, middle + distance);
    lower = before < lower ? middle - distance : fmaxl(lower, middle - distance);
    if (is_up && close < lower)
      is_up = false;
    else if (!is_up && close > upper)
      is_up = true;
    out[t] = is_up ? lower : upper;
    if (q->output == BT_DIRECTION) out[t] = is_up ? 1 : -1;
  }
}

static const double supertrend_params[][BT_INDICATOR_PARAMS_MOST] = {{10, 3}, {1, 2}, {50, 1.5}};
const indicator_proof proof_of_supertrend = {
    .series = supertrend, .scale = proof_price, PROOF_PARAMS(supertrend_params)};

/* ---- a straight line ------------------------------------------------------------------------- */

static long double linreg_slope(const proof_query *q, size_t t)
{
  const double *x = q->s->close + t + 1 - q->period;
  long double sum = 0, squares = 0;
  for (size_t i = 0; i < q->period; i++) {
    long double place = (long double)i - ((long double)q->period - 1) / 2;
    sum += place * (proof_wide(x[i]) - proof_wide(x[0]));
    squares += place * place;
  }
  return sum / squares;
}

/* The slope of a line through the whole range of the window. */
static long double whole_range(const proof_query *q, size_t t)
{
  double high = proof_highest(q->s->close, t, q->period);
  double low = proof_lowest(q->s->close, t, q->period);
  return proof_wide((high - low) / (double)q->period);
}

const indicator_proof proof_of_linreg_slope = {
    .value = linreg_slope, .scale = whole_range, PROOF_FROM_2};
