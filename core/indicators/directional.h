/* directional.h - what plus_di, minus_di and adx make of the sums of directional_movement.c. */
#ifndef BT_CORE_INDICATORS_DIRECTIONAL_H
#define BT_CORE_INDICATORS_DIRECTIONAL_H

#include "core/indicator.h"
#include "core/indicator_cache.h"

typedef enum bt_directional_sum { BT_PLUS_DM, BT_MINUS_DM, BT_DM_RANGE } bt_directional_sum;

/* Sums that have decayed to less than this over thousands of bars without any move are as good as
 * none: a double soon has no digits left to hold them. */
static const double BT_DM_LEAST = 1e-290;

/* One of the sums; period is the first parameter. Errors: those of bt_indicator_get. */
static inline bt_status bt_indicator__directional_sum(const double **out,
                                                      const bt_indicator_input *input,
                                                      const double *period,
                                                      bt_directional_sum which, bt_error *err)
{
  const bt_indicator_request wanted = {"directional_movement", period, 1, which};
  return bt_indicator_get(out, input->others, &wanted, err);
}

#endif
