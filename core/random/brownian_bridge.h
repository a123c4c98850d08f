/* brownian_bridge.h - a Brownian path from independent normals, its end first, then middles.
 *
 * The first normal decides the end of the path, the next its middle, and so on: the first
 * dimensions of Sobol points, which are the best, then carry most of the variance. Source:
 * Glasserman, Monte Carlo Methods in Financial Engineering (2003), section 3.1; Jaeckel, Monte
 * Carlo Methods in Finance (2002), section 10.8.
 */
#ifndef BT_CORE_RANDOM_BROWNIAN_BRIDGE_H
#define BT_CORE_RANDOM_BROWNIAN_BRIDGE_H

#include <stddef.h>

#include "core/status.h"

/* Which point is decided when, and by what: immutable and shared. For equal steps. */
typedef struct bt_bridge {
  size_t n_steps;
  struct bt_bridge_node *nodes; /* n_steps, in the order in which points are decided */
} bt_bridge;

/* n_steps >= 1. The caller clears *out with bt_bridge_clear. Errors: NOMEM. */
bt_status bt_bridge_init(bt_bridge *out, size_t n_steps, bt_error *err);
void bt_bridge_clear(bt_bridge *bridge);

/* Turns normals into increments: z and increments are n_steps x n_paths, row after row; row j of z
 * has the normals of dimension j, row t of increments those of the path from t to t + 1, each of
 * variance 1. They may not overlap. */
void bt_bridge_increments(double *increments, const double *z, const bt_bridge *bridge,
                          size_t n_paths);

#endif
