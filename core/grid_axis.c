/* The values of one parameter, from "20", "5:50:5" or "5,10,20". */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grid.h"
#include "core/number.h"

enum { PART_SIZE = 64, SPEC_SHOWN = 80, EXACT_POWER_MOST = 22 };

/* What is read, and how messages about it begin: option, equals or a blank, the spec. */
typedef struct source {
  const bt_param *param;
  const char *spec;
  bool is_option; /* --NAME SPEC, else --param NAME=SPEC */
} source;

/* Begins a message with the option; a long spec is cut so that the reason still fits. */
static bt_status fail_spec(bt_error *err, const source *from, const char *format, ...)
    BT_PRINTF(3, 4);
static bt_status fail_spec(bt_error *err, const source *from, const char *format, ...)
{
  char reason[BT_ERROR_MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  return bt_fail(err, BT_ERR_USAGE, "--%s%s%c%.*s%s: %s", from->is_option ? "" : "param ",
                 from->param->name, from->is_option ? ' ' : '=', SPEC_SHOWN, from->spec,
                 strlen(from->spec) > SPEC_SHOWN ? "..." : "", reason);
}

void bt_axis_clear(bt_axis *axis)
{
  free(axis->values);
  *axis = (bt_axis){0};
}

static bt_status axis_alloc(bt_axis *out, size_t n, bt_error *err)
{
  out->values = malloc(n * sizeof *out->values);
  if (!out->values) return bt_fail_nomem(err, "parameter values");
  out->n_values = n;
  return BT_OK;
}

static bt_status check_value(const source *from, double value, bt_error *err)
{
  char text[BT_NUMBER_TEXT_SIZE], least[BT_NUMBER_TEXT_SIZE], most[BT_NUMBER_TEXT_SIZE];
  const bt_param *param = from->param;
  bool fits = !param->whole || value == floor(value);
  if (fits && value >= param->least && value <= param->most) return BT_OK;
  bt_number_format(text, value);
  if (!fits) return fail_spec(err, from, "%s must be a whole number, not %s", param->name, text);
  return fail_spec(err, from, "%s must be from %s to %s, not %s", param->name,
                   bt_number_format(least, param->least), bt_number_format(most, param->most),
                   text);
}

/* Copies the part up to `stop` (or the end) to `part`. Returns what follows it, which stands on
 * `stop` or the end; NULL when the part is no number. */
static const char *cut_part(char part[PART_SIZE], const char *text, char stop)
{
  double value = 0;
  const char *end = strchr(text, stop);
  size_t length = end ? (size_t)(end - text) : strlen(text);
  if (length >= PART_SIZE) return NULL;
  memcpy(part, text, length);
  part[length] = '\0';
  return bt_number_parse(&value, part) ? text + length : NULL;
}

/* ---- ranges, in decimal so that no step drifts ------------------------------------------------
 */

/* digits * 10^exponent, without trailing zeros. */
typedef struct decimal {
  int64_t digits;
  int exponent;
} decimal;

/* Multiplies by 10^power; false where that leaves 62 bits. */
static bool scale_up(int64_t *digits, int power)
{
  for (; power > 0 && *digits != 0; power--) {
    if (*digits > INT64_MAX / 32 || *digits < -INT64_MAX / 32) return false;
    *digits *= 10;
  }
  return true;
}

/* Reads a text that bt_number_parse accepts; false where it has more digits than 62 bits hold. */
static bool parse_decimal(decimal *out, const char *text)
{
  decimal d = {0, 0};
  bool negative = *text == '-', after_point = false;
  text += *text == '-' || *text == '+';
  for (; *text && *text != 'e' && *text != 'E'; text++) {
    if (*text == '.') {
      after_point = true;
      continue;
    }
    if (!scale_up(&d.digits, 1)) return false;
    d.digits += *text - '0';
    d.exponent -= after_point;
  }
  long power = *text ? strtol(text + 1, NULL, 10) : 0;
  if (power > 400 || power < -400) return false;
  d.exponent += (int)power;
  while (d.digits != 0 && d.digits % 10 == 0) {
    d.digits /= 10;
    d.exponent++;
  }
  out->digits = negative ? -d.digits : d.digits;
  out->exponent = d.digits == 0 ? 0 : d.exponent;
  return true;
}

/* (first + i * step) * 10^exponent for i = 0 .. n_values-1. */
typedef struct decimal_range {
  int64_t first, step, n_values;
  int exponent;
} decimal_range;

typedef enum range_kind { RANGE_OK, RANGE_TOO_FINE, RANGE_NO_WAY } range_kind;

static range_kind make_range(decimal_range *out, decimal first, decimal last, decimal step)
{
  int exponent = first.exponent;
  if (last.exponent < exponent) exponent = last.exponent;
  if (step.exponent < exponent) exponent = step.exponent;
  if (!scale_up(&first.digits, first.exponent - exponent) ||
      !scale_up(&last.digits, last.exponent - exponent) ||
      !scale_up(&step.digits, step.exponent - exponent))
    return RANGE_TOO_FINE;
  int64_t reach = last.digits - first.digits;
  if (step.digits == 0 || (reach > 0 && step.digits < 0) || (reach < 0 && step.digits > 0))
    return RANGE_NO_WAY;
  out->first = first.digits;
  out->step = step.digits;
  out->exponent = exponent;
  out->n_values = reach / step.digits + 1;
  return RANGE_OK;
}

/* The double nearest to value number i. */
static double range_value(const decimal_range *range, int64_t i)
{
  char text[PART_SIZE];
  int64_t digits = range->first + i * range->step;
  int power = range->exponent < 0 ? -range->exponent : range->exponent;
  double value = (double)digits, scale = 1;
  if (power <= EXACT_POWER_MOST && digits <= INT64_C(1) << 53 && digits >= -(INT64_C(1) << 53)) {
    for (; power > 0; power--) scale *= 10; /* exact, so that one rounding remains */
    return range->exponent < 0 ? value / scale : value * scale;
  }
  (void)snprintf(text, sizeof text, "%" PRId64 "e%d", digits, range->exponent);
  (void)bt_number_parse(&value, text);
  return value;
}

static bt_status read_range(decimal_range *out, const source *from, bt_error *err)
{
  char part[3][PART_SIZE], count[BT_NUMBER_TEXT_SIZE], most[BT_NUMBER_TEXT_SIZE];
  decimal number[3];
  bool exact = true;
  const char *at = cut_part(part[0], from->spec, ':');
  if (at && *at == ':') at = cut_part(part[1], at + 1, ':');
  at = at && *at == ':' ? cut_part(part[2], at + 1, '\0') : NULL;
  if (!at) return fail_spec(err, from, "a range is first:last:step, such as 5:50:5");
  for (size_t i = 0; i < 3; i++) exact = exact && parse_decimal(&number[i], part[i]);
  range_kind kind = exact ? make_range(out, number[0], number[1], number[2]) : RANGE_TOO_FINE;
  if (kind == RANGE_TOO_FINE) return fail_spec(err, from, "too many digits for an exact range");
  if (kind == RANGE_NO_WAY)
    return fail_spec(err, from, "a step of %s does not lead from %s to %s", part[2], part[0],
                     part[1]);
  if (out->n_values <= BT_GRID_COMBOS_MOST) return BT_OK;
  (void)snprintf(count, sizeof count, "%" PRId64, out->n_values);
  (void)snprintf(most, sizeof most, "%d", BT_GRID_COMBOS_MOST);
  return fail_spec(err, from, "%s values are too many; at most %s",
                   bt_number_group(count, sizeof count), bt_number_group(most, sizeof most));
}

static bt_status parse_range(bt_axis *out, const source *from, bt_error *err)
{
  decimal_range range = {0};
  bt_status status = read_range(&range, from, err);
  /* both ends first: what lies between them is inside too, and nothing is allocated for a range
   * that is out of bounds */
  if (!status) status = check_value(from, range_value(&range, 0), err);
  if (!status) status = check_value(from, range_value(&range, range.n_values - 1), err);
  if (!status) status = axis_alloc(out, (size_t)range.n_values, err);
  for (size_t i = 0; !status && i < out->n_values; i++) {
    out->values[i] = range_value(&range, (int64_t)i);
    if (i > 0 && out->values[i] == out->values[i - 1])
      status = fail_spec(err, from, "the step is too small to tell values apart");
    else if (from->param->whole)
      status = check_value(from, out->values[i], err);
  }
  return status;
}

/* ---- lists ------------------------------------------------------------------------------------
 */

static int compare_values(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static bt_status check_distinct(const bt_axis *axis, const source *from, bt_error *err)
{
  char text[BT_NUMBER_TEXT_SIZE];
  bt_axis sorted = {0};
  bt_status status = axis_alloc(&sorted, axis->n_values, err);
  if (status) return status;
  memcpy(sorted.values, axis->values, axis->n_values * sizeof *axis->values);
  qsort(sorted.values, sorted.n_values, sizeof *sorted.values, compare_values);
  for (size_t i = 1; i < sorted.n_values && !status; i++)
    if (sorted.values[i] == sorted.values[i - 1])
      status =
          fail_spec(err, from, "%s stands there twice", bt_number_format(text, sorted.values[i]));
  bt_axis_clear(&sorted);
  return status;
}

/* A list, or one value. */
static bt_status parse_list(bt_axis *out, const source *from, bt_error *err)
{
  char part[PART_SIZE];
  size_t n = 1;
  for (const char *c = from->spec; *c; c++) n += *c == ',';
  bt_status status = axis_alloc(out, n, err);
  const char *at = from->spec;
  for (size_t i = 0; i < n && !status; i++) {
    at = cut_part(part, at, ',');
    if (!at || !bt_number_parse(&out->values[i], part))
      return fail_spec(err, from, "expected 20, 5:50:5 (first:last:step) or 5,10,20");
    status = check_value(from, out->values[i], err);
    at++; /* past the comma; after the last value nothing is read */
  }
  return status ? status : check_distinct(out, from, err);
}

static bt_status parse(bt_axis *out, const source *from, bt_error *err)
{
  bt_axis axis = {0};
  bt_status status = BT_OK;
  if (!from->spec) {
    status = axis_alloc(&axis, 1, err);
    if (!status) axis.values[0] = from->param->preset;
  } else if (strchr(from->spec, ':')) {
    status = parse_range(&axis, from, err);
  } else {
    status = parse_list(&axis, from, err);
  }
  if (status)
    bt_axis_clear(&axis);
  else
    *out = axis;
  return status;
}

bt_status bt_axis_parse(bt_axis *out, const bt_param *param, const char *spec, bt_error *err)
{
  const source from = {param, spec, false};
  return parse(out, &from, err);
}

bt_status bt_axis_parse_option(bt_axis *out, const bt_param *param, const char *spec, bt_error *err)
{
  const source from = {param, spec, true};
  return parse(out, &from, err);
}

bt_status bt_axis_sweep(bt_axis *out, const bt_param *param, bt_error *err)
{
  char first[BT_NUMBER_TEXT_SIZE], last[BT_NUMBER_TEXT_SIZE], step[BT_NUMBER_TEXT_SIZE];
  char spec[3 * BT_NUMBER_TEXT_SIZE];
  (void)snprintf(spec, sizeof spec, "%s:%s:%s", bt_number_format(first, param->sweep_first),
                 bt_number_format(last, param->sweep_last),
                 bt_number_format(step, param->sweep_step));
  return bt_axis_parse(out, param, spec, err);
}
