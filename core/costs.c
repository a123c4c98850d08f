#include "core/costs.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"

enum { SPEC_SIZE = 64 };

/* True where text ends in suffix; the part before it is copied to head. */
static bool cut_suffix(char head[SPEC_SIZE], const char *text, const char *suffix)
{
  size_t length = strlen(text), tail = strlen(suffix);
  if (length <= tail || length - tail >= SPEC_SIZE || strcmp(text + length - tail, suffix) != 0)
    return false;
  memcpy(head, text, length - tail);
  head[length - tail] = '\0';
  return true;
}

/* Reads N% or Nbp as a fraction. */
static bool parse_relative(double *out, const char *text)
{
  char head[SPEC_SIZE];
  double value = 0;
  if (cut_suffix(head, text, "%") && bt_number_parse(&value, head)) {
    *out = value / 100;
    return true;
  }
  if (cut_suffix(head, text, "bp") && bt_number_parse(&value, head)) {
    *out = value / 10000;
    return true;
  }
  return false;
}

bt_status bt_rate_parse(double *out, const char *option, const char *text, bt_error *err)
{
  double value = 0;
  if (!parse_relative(&value, text) && !bt_number_parse(&value, text))
    return bt_fail(err, BT_ERR_USAGE, "%s %s: expected a rate such as 2%%, 5bp or 0.02", option,
                   text);
  *out = value;
  return BT_OK;
}

/* Splits "RATE,min=X" into head (RATE) and *minimum (0 where there is none). */
static bool split_minimum(char head[SPEC_SIZE], double *minimum, const char *spec)
{
  const char *comma = strchr(spec, ',');
  size_t length = comma ? (size_t)(comma - spec) : strlen(spec);
  if (length >= SPEC_SIZE) return false;
  memcpy(head, spec, length);
  head[length] = '\0';
  *minimum = 0;
  if (!comma) return true;
  return strncmp(comma, ",min=", 5) == 0 && bt_number_parse(minimum, comma + 5);
}

bt_status bt_commission_parse(bt_costs *costs, const char *spec, bt_error *err)
{
  char head[SPEC_SIZE], amount[SPEC_SIZE];
  double rate = 0, per_share = 0, minimum = 0;
  bool ok = split_minimum(head, &minimum, spec);
  if (ok && cut_suffix(amount, head, "/share"))
    ok = bt_number_parse(&per_share, amount);
  else if (ok && strcmp(head, "0") != 0)
    ok = parse_relative(&rate, head);
  if (!ok)
    return bt_fail(err, BT_ERR_USAGE,
                   "--commission %s: expected 0.1%%, 5bp or 0.005/share, with ,min=1 at most",
                   spec);
  if (rate < 0 || per_share < 0 || minimum < 0)
    return bt_fail(err, BT_ERR_USAGE, "--commission %s: must not be negative", spec);
  if (rate >= 1) return bt_fail(err, BT_ERR_USAGE, "--commission %s: must be below 100%%", spec);
  costs->commission_rate = rate;
  costs->commission_per_share = per_share;
  costs->commission_min = minimum;
  return BT_OK;
}

bt_status bt_slippage_parse(bt_costs *costs, const char *spec, bt_error *err)
{
  double rate = 0;
  if (strcmp(spec, "0") != 0 && !parse_relative(&rate, spec))
    return bt_fail(err, BT_ERR_USAGE, "--slippage %s: expected 5bp or 0.05%%", spec);
  if (rate < 0 || rate >= 1)
    return bt_fail(err, BT_ERR_USAGE, "--slippage %s: must be from 0%% to below 100%%", spec);
  costs->slippage_rate = rate;
  return BT_OK;
}
