/* cross.h - two series compared, 64 bars at a time.
 *
 * Beside its values a series may have them rounded to floats, which is half the memory to go
 * through: rounding keeps the order, so where floats differ they tell, and only where they are
 * equal the values themselves are asked. NaN is neither above nor below anything. Internal to core.
 */
#ifndef BT_CORE_CROSS_H
#define BT_CORE_CROSS_H

#include <stddef.h>
#include <stdint.h>

enum { BT_CROSS_BARS = 64 }; /* bits of a word */

/* One of the two. */
typedef struct bt_compared {
  const double *value;
  const float *rounded; /* of each value; NULL: there are none */
} bt_compared;

/* Of the n bars from t on, a bit each, the lowest first: above where a > b, below where a < b. The
 * last word goes on as its last bar says. */
void bt_cross_compare(uint64_t *above, uint64_t *below, bt_compared a, bt_compared b, size_t t,
                      size_t n);

#endif
