/* directional.h - what plus_di, minus_di and adx make of the sums of directional_movement.c. */
#ifndef BT_CORE_INDICATORS_DIRECTIONAL_H
#define BT_CORE_INDICATORS_DIRECTIONAL_H

#include "core/indicator.h"
#include "core/indicator_cache.h"

/* Its outputs. */
typedef enum bt_directional_sum {
  BT_PLUS_DM,
  BT_MINUS_DM,
  BT_DM_RANGE,
  BT_DM_SUMS /* how many there are */
} bt_directional_sum;

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

/* +DI or -DI: the part that the up or the down moves have of the true ranges, 0 to 100. Errors:
 * those of bt_indicator_get. */
static inline bt_status bt_indicator__directional_part(double *restrict out,
                                                       const bt_indicator_input *input,
                                                       const double *period,
                                                       bt_directional_sum which, bt_error *err)
{
  const double *moves = NULL, *ranges = NULL;
  bt_status status = bt_indicator__directional_sum(&moves, input, period, which, err);
  if (!status) status = bt_indicator__directional_sum(&ranges, input, period, BT_DM_RANGE, err);
  if (status) return status;
  for (size_t t = 0; t < input->series->n_bars; t++)
    out[t] = ranges[t] >= BT_DM_LEAST ? 100 * (moves[t] / ranges[t]) : (double)NAN;
  return BT_OK;
}

#endif
