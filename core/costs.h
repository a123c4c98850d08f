/* costs.h - what an order costs: commission and slippage, and their specs on the command line. */
#ifndef BT_CORE_COSTS_H
#define BT_CORE_COSTS_H

#include "core/status.h"

/* Commission on an order of value v (cash) and q raw shares:
 * max(minimum, rate * v + per_share * q), 0 for v = 0. All >= 0. */
typedef struct bt_costs {
  double commission_rate;      /* fraction of traded value: 0.001 = 0.1% */
  double commission_per_share; /* cash per raw share */
  double commission_min;       /* cash per order */
  double slippage_rate;        /* fraction of the price, against the trader; < 1 */
} bt_costs;

/* Reads "0.1%" (of value), "5bp" or "0.005/share", each with an optional ",min=1", or "0", into the
 * commission fields. Errors: USAGE, one line that begins `--commission SPEC:`. */
bt_status bt_commission_parse(bt_costs *costs, const char *spec, bt_error *err);

/* Reads "5bp", "0.05%" or "0" into slippage_rate. Errors: USAGE, `--slippage SPEC:`. */
bt_status bt_slippage_parse(bt_costs *costs, const char *spec, bt_error *err);

/* Reads "5%", "5bp" or a plain fraction such as "0.05" as 0.05. Errors: USAGE, `OPTION TEXT:`. */
bt_status bt_rate_parse(double *out, const char *option, const char *text, bt_error *err);

#endif
