/* size.h - how much of equity a target of 1 means. */
#ifndef BT_CORE_SIZE_H
#define BT_CORE_SIZE_H

#include "core/bars.h"
#include "core/status.h"

typedef struct bt_size {
  double fraction;   /* 1 = 100% */
  double volatility; /* > 0: yearly volatility to aim at, 0.15 = 15%; fraction is 1 then */
} bt_size;

/* Reads "25%" or "0.25" (of equity) or "vol:15%". *out is set on success alone. Errors: USAGE, one
 * line that begins `--size SPEC:`; more than 100% of equity is refused, and a number of 1 or more
 * without its %. */
bt_status bt_size_parse(bt_size *out, const char *spec, bt_error *err);

enum { BT_SIZE_RETURNS = 20 }; /* returns behind an estimate of volatility */

/* sizes[t] = min(1, volatility / (s x sqrt(periods_per_year))), s the standard deviation (ddof 1)
 * of the last BT_SIZE_RETURNS close-to-close returns up to bar t; 0 while there are fewer, 1 where
 * s is 0. sizes: bars->n_bars values. */
void bt_size_fill(double *sizes, const bt_bars *bars, double volatility, double periods_per_year);

#endif
