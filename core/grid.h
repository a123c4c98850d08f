/* grid.h - the parameter combinations of a sweep.
 *
 * An axis holds the values of one parameter. A grid is the product of the axes less the
 * combinations that a rule excludes, numbered in a fixed order: the last parameter changes fastest.
 * It is immutable and shared by all threads.
 */
#ifndef BT_CORE_GRID_H
#define BT_CORE_GRID_H

#include <stddef.h>

#include "backtest/strategy.h"
#include "core/status.h"

/* values: n_values >= 1 doubles, owned. */
typedef struct bt_axis {
  double *values;
  size_t n_values;
} bt_axis;

/* The axis of `param` from a spec: "20"; "5:50:5" (first:last:step, last included when it is hit;
 * decimal steps do not drift: 0.1:0.5:0.1 is exactly 0.1, 0.2, 0.3, 0.4, 0.5, each the double
 * nearest to its decimal); "5,10,20". Descending ranges (50:5:-5) are fine. A value twice is
 * an error. spec NULL: the preset alone. The caller clears *out with bt_axis_clear.
 * Errors: USAGE: one line that begins `--param NAME=SPEC:` and tells what is wrong (a step of 0 or
 * in the wrong direction, outside least..most, not whole, too many values with their number),
 * NOMEM. */
bt_status bt_axis_parse(bt_axis *out, const bt_param *param, const char *spec, bt_error *err);

/* The same of an option of its own: messages begin `--NAME SPEC:`. */
bt_status bt_axis_parse_option(bt_axis *out, const bt_param *param, const char *spec,
                               bt_error *err);

/* The axis of the parameter's own sweep range. */
bt_status bt_axis_sweep(bt_axis *out, const bt_param *param, bt_error *err);
void bt_axis_clear(bt_axis *axis);

typedef struct bt_grid bt_grid;

enum { BT_GRID_COMBOS_MOST = 100000000 };

/* The combinations of axes[0 .. strategy->n_params-1] that satisfy strategy->rule and each of
 * `where`. Copies what it needs. A strategy without parameters has one combination. The caller
 * frees *out with bt_grid_free. Errors: USAGE (a grid of more than BT_GRID_COMBOS_MOST before the
 * rules, with its exact size; a bad --where, quoted; no combination left: which rule excluded
 * them), NOMEM. */
bt_status bt_grid_new(bt_grid **out, const bt_strategy *strategy, const bt_axis *axes,
                      const char *const *where, size_t n_where, bt_error *err);
void bt_grid_free(bt_grid *grid);

size_t bt_grid_count(const bt_grid *grid);    /* combinations kept */
size_t bt_grid_excluded(const bt_grid *grid); /* combinations that the rules left out */
size_t bt_grid_n_params(const bt_grid *grid);

/* Writes the n_params values of combination index (0-based: combo_id - 1) in the order declared. */
void bt_grid_values(const bt_grid *grid, size_t index, double *values);

/* Its JSON object such as {"fast":5,"slow":20}, as a new string that the caller frees; NULL when
 * memory is out. */
char *bt_grid_params_json(const bt_grid *grid, size_t index);

#endif
