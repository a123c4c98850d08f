/* Distances of exit levels as text: "5%", "2atr(14)", and axes such as "2%:10%:2%". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "core/number.h"
#include "core/stops.h"

enum { PART_SIZE = 64, SPEC_SHOWN = 80, HINT_SIZE = 200 };
#define ATR_PERIOD_MOST 1e6 /* as the indicator has it */

static const bt_param stop_params[BT_STOP_COUNT] = {
    [BT_STOP_LOSS] = {.name = "stop_loss",
                      .sweep_first = 0.02,
                      .sweep_last = 0.1,
                      .sweep_step = 0.02,
                      .most = 1000,
                      .meaning = "exit so far below the entry: fraction, or ATRs; 0: none"},
    [BT_STOP_PROFIT] = {.name = "take_profit",
                        .sweep_first = 0.05,
                        .sweep_last = 0.25,
                        .sweep_step = 0.05,
                        .most = 1000,
                        .meaning = "exit so far above the entry: fraction, or ATRs; 0: none"},
    [BT_STOP_TRAILING] = {.name = "trailing",
                          .sweep_first = 0.02,
                          .sweep_last = 0.1,
                          .sweep_step = 0.02,
                          .most = 1000,
                          .meaning = "exit so far below the best: fraction, or ATRs; 0: none"},
};

const bt_param *bt_stop_param(bt_stop stop)
{
  return &stop_params[stop];
}

/* ---- one distance -----------------------------------------------------------------------------
 */

typedef enum written_unit { UNIT_NONE, UNIT_PERCENT, UNIT_BP, UNIT_ATR } written_unit;

/* A distance as it stands there: how many characters of digits, and the unit behind them. */
typedef struct written {
  size_t n_digits;
  written_unit unit;
  double atr_period;
} written;

static int power_of(written_unit unit)
{
  return unit == UNIT_PERCENT ? -2 : unit == UNIT_BP ? -4 : 0;
}

/* What is wrong with a distance, NULL where nothing is. */
static const char *read_unit(written *out, const char *text)
{
  static const char atr[] = "atr";
  char period[PART_SIZE];
  *out = (written){.n_digits = strspn(text, "+-.0123456789")};
  const char *unit = text + out->n_digits;
  size_t length = strlen(unit);
  if (*unit == '\0') return NULL;
  out->unit = strcmp(unit, "%") == 0 ? UNIT_PERCENT : strcmp(unit, "bp") == 0 ? UNIT_BP : UNIT_ATR;
  if (out->unit != UNIT_ATR) return NULL;
  if (strncmp(unit, atr, strlen(atr)) != 0) return "expected 5%, 50bp, 0.05 or 2atr(14)";
  unit += strlen(atr);
  length -= strlen(atr);
  if (length < 2 || length >= sizeof period || *unit != '(' || unit[length - 1] != ')')
    return "an ATR needs its period, such as 2atr(14)";
  memcpy(period, unit + 1, length - 2);
  period[length - 2] = '\0';
  if (!bt_number_parse(&out->atr_period, period) || !(out->atr_period >= 1) ||
      out->atr_period > ATR_PERIOD_MOST || out->atr_period != floor(out->atr_period))
    return "the period of an ATR is a whole number from 1 to 1000000";
  return NULL;
}

/* The number in front of the unit. */
static const char *read_amount(double *out, const char *text, const written *w, written_unit unit)
{
  if (!bt_number_parse_scaled(out, text, w->n_digits, power_of(unit)))
    return "expected 5%, 50bp, 0.05 or 2atr(14)";
  return NULL;
}

/* 5 is 500%, and never meant so. */
static const char *refuse_bare(char hint[HINT_SIZE], const char *text)
{
  char percent[BT_NUMBER_TEXT_SIZE];
  (void)snprintf(hint, HINT_SIZE, "%.*s means %s%%; write %.*s%%", PART_SIZE, text,
                 bt_number_format_percent(percent, text), PART_SIZE, text);
  return hint;
}

/* What is wrong with an amount, written as `text`, for a level of that kind; the hint may hold it.
 */
static const char *check_amount(char hint[HINT_SIZE], const char *text, double amount,
                                written_unit unit, bt_stop stop)
{
  if (amount < 0) return "must not be negative";
  if (unit == UNIT_ATR && amount > stop_params[stop].most) return "more than 1000 ATRs";
  if (unit == UNIT_ATR) return NULL;
  if (unit == UNIT_NONE && (amount > 1 || (amount == 1 && stop != BT_STOP_PROFIT)))
    return refuse_bare(hint, text);
  if (amount >= 1 && stop != BT_STOP_PROFIT)
    return "a stop of 100% or more is never reached by a long position; it is refused for all";
  return amount > stop_params[stop].most ? "more than 1000 times the price" : NULL;
}

bt_status bt_distance_parse(bt_distance *out, const char *option, const char *text, bt_error *err)
{
  bt_stop stop = strcmp(option, "--take-profit") == 0 ? BT_STOP_PROFIT : BT_STOP_LOSS;
  bt_distance distance = {0};
  written w;
  char hint[HINT_SIZE];
  if (strcmp(text, "none") == 0) {
    *out = distance;
    return BT_OK;
  }
  const char *wrong = read_unit(&w, text);
  if (!wrong) wrong = read_amount(&distance.amount, text, &w, w.unit);
  if (!wrong) wrong = check_amount(hint, text, distance.amount, w.unit, stop);
  if (wrong) return bt_fail(err, BT_ERR_USAGE, "%s %s: %s", option, text, wrong);
  if (w.unit == UNIT_ATR) distance.unit = BT_DISTANCE_ATR;
  distance.atr_period = w.atr_period;
  *out = distance;
  return BT_OK;
}

/* ---- axes -------------------------------------------------------------------------------------
 */

/* "--param NAME=SPEC", a long spec cut. */
static bt_status fail_axis(bt_error *err, bt_stop stop, const char *spec, const char *wrong)
{
  return bt_fail(err, BT_ERR_USAGE, "--param %s=%.*s%s: %s", stop_params[stop].name, SPEC_SHOWN,
                 spec, strlen(spec) > SPEC_SHOWN ? "..." : "", wrong);
}

/* Copies the value at `text` to part; returns what follows it, a separator or the end. NULL where
 * it is too long to be a value. */
static const char *cut_value(char part[PART_SIZE], const char *text)
{
  size_t length = strcspn(text, ":,");
  if (length >= PART_SIZE) return NULL;
  memcpy(part, text, length);
  part[length] = '\0';
  return text + length;
}

/* The unit that the values have in common; UNIT_NONE where none has one. */
static const char *find_unit(written *out, const char *spec)
{
  char part[PART_SIZE];
  *out = (written){0};
  for (const char *at = spec;; at++) {
    written w;
    at = cut_value(part, at);
    const char *wrong = at ? read_unit(&w, part) : "expected 5%, 2%:10%:2% or 2%,5%";
    if (wrong) return wrong;
    if (w.unit != UNIT_NONE && out->unit != UNIT_NONE &&
        (w.unit != out->unit || w.atr_period != out->atr_period))
      return "two different units in one parameter";
    if (w.unit != UNIT_NONE) *out = w;
    if (*at == '\0') return NULL;
  }
}

/* What stands for a unit in the spec that bt_axis_parse reads. */
static const char *const exponents[] = {
    [UNIT_NONE] = "", [UNIT_PERCENT] = "e-2", [UNIT_BP] = "e-4", [UNIT_ATR] = ""};

/* Writes the spec as bt_axis_parse reads it: without units, 5% as 5e-2. The third part of a range
 * is its step, which may be negative. */
static const char *strip_units(char *out, char hint[HINT_SIZE], const char *spec, written_unit unit,
                               bt_stop stop)
{
  char part[PART_SIZE];
  size_t n_colons = 0;
  for (const char *at = spec;; at++) {
    written w;
    double amount = 0;
    at = cut_value(part, at); /* as long as find_unit found it */
    const char *wrong = read_unit(&w, part);
    if (!wrong) wrong = read_amount(&amount, part, &w, unit);
    if (!wrong && w.unit != unit && amount != 0)
      wrong = "a value without a unit beside one with a unit; only 0 needs none";
    if (!wrong && n_colons < 2) wrong = check_amount(hint, part, amount, unit, stop);
    if (wrong) return wrong;
    memcpy(out, part, w.n_digits);
    memcpy(out + w.n_digits, exponents[unit], strlen(exponents[unit]));
    out += w.n_digits + strlen(exponents[unit]);
    n_colons += *at == ':';
    *out++ = *at;
    if (*at == '\0') return NULL;
  }
}

/* Turns 5e-2 back into 5% in a message; numbers such as 1e-20 stay. */
static void restore_units(char *message, written_unit unit)
{
  const char *exponent = exponents[unit], *from = message;
  size_t length = strlen(exponent);
  char *to = message; /* a unit is shorter than its exponent */
  while (*from) {
    bool stands_here = length > 0 && strncmp(from, exponent, length) == 0;
    if (!stands_here || bt_char_is_digit(from[length])) {
      *to++ = *from++;
      continue;
    }
    for (const char *name = unit == UNIT_PERCENT ? "%" : "bp"; *name; name++) *to++ = *name;
    from += length;
  }
  *to = '\0';
}

/* bt_axis_parse, its message about the spec that the user wrote in that unit. */
static bt_status parse_stripped(bt_axis *out, bt_stop stop, const char *spec, const char *stripped,
                                written_unit unit, bt_error *err)
{
  bt_error inner = {0};
  bt_status status = bt_axis_parse(out, &stop_params[stop], stripped, &inner);
  if (status == BT_ERR_NOMEM) return bt_fail(err, status, "%s", inner.message);
  if (!status) return BT_OK;
  char *reason = strstr(inner.message, ": "); /* what is stripped has no blanks */
  reason = reason ? reason + 2 : inner.message;
  restore_units(reason, unit);
  return fail_axis(err, stop, spec, reason);
}

bt_status bt_stop_axis_parse(bt_axis *out, bt_distance *unit, bt_stop stop, const char *spec,
                             bt_error *err)
{
  written common = {0};
  char hint[HINT_SIZE];
  if (!spec) {
    *unit = (bt_distance){0};
    return bt_axis_parse(out, &stop_params[stop], NULL, err);
  }
  const char *wrong = find_unit(&common, spec);
  if (wrong) return fail_axis(err, stop, spec, wrong);
  char *stripped = malloc(4 * strlen(spec) + 4); /* a separator and e-2 for every value */
  if (!stripped) return bt_fail_nomem(err, "parameter values");
  wrong = strip_units(stripped, hint, spec, common.unit, stop);
  bt_status status = wrong ? fail_axis(err, stop, spec, wrong)
                           : parse_stripped(out, stop, spec, stripped, common.unit, err);
  free(stripped);
  if (status) return status;
  *unit = (bt_distance){.unit = common.unit == UNIT_ATR ? BT_DISTANCE_ATR : BT_DISTANCE_FRACTION,
                        .atr_period = common.atr_period};
  return BT_OK;
}
