/* Wilder's -DI: the part that down moves have of the true ranges, 0 to 100, from the sums of
 * directional_movement.c. First value on bar `period`. NaN until something has moved; TA-Lib gives
 * 0 there, and leaves out the factor 100 at a period of 1. */
#include "core/indicators/directional.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  return bt_indicator__directional_part(outputs[0], input, params, BT_MINUS_DM, err);
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"minus_di"};

extern const bt_indicator bt_indicator_minus_di;
const bt_indicator bt_indicator_minus_di = {.name = "minus_di",
                                            .summary =
                                                "-DI: 100 x Wilder's average down move / average "
                                                "true range; undefined until something has moved",
                                            .source = "Wilder 1978; TA-Lib MINUS_DI",
                                            .params = params,
                                            .n_params = 1,
                                            .outputs = outputs,
                                            .n_outputs = 1,
                                            .first_bar = bt_indicator__first_changes,
                                            .compute = compute};
