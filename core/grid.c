#include "core/grid.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/expression.h"
#include "core/number.h"

struct bt_grid {
  size_t n_params;
  const char **names; /* the strategy's own strings */
  bt_axis *axes;
  size_t n_raw;   /* the product of the axes */
  size_t n_kept;
  uint32_t *kept; /* raw index of each combination kept; NULL: all are */
};

void bt_grid_free(bt_grid *grid)
{
  if (!grid) return;
  for (size_t i = 0; grid->axes && i < grid->n_params; i++) bt_axis_clear(&grid->axes[i]);
  free(grid->axes);
  free(grid->names);
  free(grid->kept);
  free(grid);
}

size_t bt_grid_count(const bt_grid *grid)
{
  return grid->n_kept;
}

size_t bt_grid_excluded(const bt_grid *grid)
{
  return grid->n_raw - grid->n_kept;
}

size_t bt_grid_n_params(const bt_grid *grid)
{
  return grid->n_params;
}

/* Values of a raw index: mixed radix, the last parameter changing fastest. */
static void raw_values(const bt_grid *grid, size_t raw, double *values)
{
  for (size_t i = grid->n_params; i-- > 0;) {
    values[i] = grid->axes[i].values[raw % grid->axes[i].n_values];
    raw /= grid->axes[i].n_values;
  }
}

void bt_grid_values(const bt_grid *grid, size_t index, double *values)
{
  raw_values(grid, grid->kept ? grid->kept[index] : index, values);
}

char *bt_grid_params_json(const bt_grid *grid, size_t index)
{
  char number[BT_NUMBER_TEXT_SIZE];
  size_t size = 3;
  for (size_t i = 0; i < grid->n_params; i++)
    size += strlen(grid->names[i]) + BT_NUMBER_TEXT_SIZE + 4;
  double *values = malloc((grid->n_params + 1) * sizeof *values);
  char *json = values ? malloc(size) : NULL, *end = json;
  if (json) {
    bt_grid_values(grid, index, values);
    end += sprintf(end, "{");
    for (size_t i = 0; i < grid->n_params; i++)
      end += sprintf(end, "%s\"%s\":%s", i ? "," : "", grid->names[i],
                     bt_number_format(number, values[i]));
    (void)sprintf(end, "}");
  }
  free(values);
  return json;
}

/* ---- making one ------------------------------------------------------------------------------- */

/* The product of the axes as exact decimal digits, however large. */
static void format_product(char *text, size_t size, const bt_axis *axes, size_t n_axes)
{
  char digits[256] = {1}; /* lowest first */
  size_t n = 1, used = 0;
  for (size_t i = 0; i < n_axes; i++) {
    size_t carry = 0;
    for (size_t k = 0; k < n || carry; k++) {
      if (k >= sizeof digits - 32) break;
      if (k == n) digits[n++] = 0;
      carry += (size_t)digits[k] * axes[i].n_values;
      digits[k] = (char)(carry % 10);
      carry /= 10;
    }
  }
  for (size_t k = n; k-- > 0 && used + 2 < size;) {
    text[used++] = (char)('0' + digits[k]);
    if (k > 0 && k % 3 == 0 && used + 2 < size) text[used++] = ',';
  }
  text[used] = '\0';
}

static bt_status count_raw(size_t *out, const bt_axis *axes, size_t n_axes, bt_error *err)
{
  char product[384];
  size_t count = 1;
  for (size_t i = 0; i < n_axes; i++) {
    if (count <= BT_GRID_COMBOS_MOST / axes[i].n_values) {
      count *= axes[i].n_values;
      continue;
    }
    format_product(product, sizeof product, axes, n_axes);
    return bt_fail(err, BT_ERR_USAGE,
                   "the grid has %s combinations before --where; at most %d can be numbered",
                   product, BT_GRID_COMBOS_MOST);
  }
  *out = count;
  return BT_OK;
}

static bt_status copy_axes(bt_grid *grid, const bt_strategy *strategy, const bt_axis *axes,
                           bt_error *err)
{
  size_t n = strategy->n_params;
  grid->axes = calloc(n + 1, sizeof *grid->axes);
  grid->names = calloc(n + 1, sizeof *grid->names);
  if (!grid->axes || !grid->names) return bt_fail_nomem(err, "grid");
  grid->n_params = n;
  for (size_t i = 0; i < n; i++) {
    size_t bytes = axes[i].n_values * sizeof *axes[i].values;
    grid->names[i] = strategy->params[i].name;
    grid->axes[i].values = malloc(bytes);
    if (!grid->axes[i].values) return bt_fail_nomem(err, "grid");
    memcpy(grid->axes[i].values, axes[i].values, bytes);
    grid->axes[i].n_values = axes[i].n_values;
  }
  return BT_OK;
}

/* All conditions: the strategy's own rule first, then each --where. */
typedef struct conditions {
  bt_expression **list;
  size_t *n_excluded; /* by each, of those that the ones before let pass */
  size_t count;
} conditions;

static void conditions_clear(conditions *c)
{
  for (size_t i = 0; i < c->count; i++) bt_expression_free(c->list[i]);
  free(c->list);
  free(c->n_excluded);
}

static bt_status compile(conditions *c, const bt_grid *grid, const char *rule,
                         const char *const *where, size_t n_where, bt_error *err)
{
  bt_error cause;
  c->list = calloc(n_where + 1, sizeof(bt_expression *));
  c->n_excluded = calloc(n_where + 1, sizeof *c->n_excluded);
  if (!c->list || !c->n_excluded) return bt_fail_nomem(err, "conditions");
  if (rule) {
    if (bt_expression_new(&c->list[0], rule, grid->names, grid->n_params, &cause))
      return bt_fail(err, cause.status, "the strategy's rule '%s': %s", rule, cause.message);
    c->count = 1;
  }
  for (size_t i = 0; i < n_where; i++) {
    if (bt_expression_new(&c->list[c->count], where[i], grid->names, grid->n_params, &cause))
      return bt_fail(err, cause.status, "--where '%s': %s", where[i], cause.message);
    c->count++;
  }
  return BT_OK;
}

static bool passes(conditions *c, const double *values)
{
  for (size_t i = 0; i < c->count; i++) {
    if (bt_expression_holds(c->list[i], values)) continue;
    c->n_excluded[i]++;
    return false;
  }
  return true;
}

static bt_status fail_empty(const conditions *c, const bt_grid *grid, const char *rule,
                            const char *const *where, bt_error *err)
{
  size_t worst = 0;
  for (size_t i = 1; i < c->count; i++)
    if (c->n_excluded[i] > c->n_excluded[worst]) worst = i;
  bool own = rule && worst == 0;
  return bt_fail(err, BT_ERR_USAGE,
                 "no combination is left: %s '%s' excludes %zu of the %zu in the grid",
                 own ? "the strategy's rule" : "--where",
                 own ? rule : where[worst - (rule ? 1 : 0)], c->n_excluded[worst], grid->n_raw);
}

/* Lists what passes, in two passes so that the list has the right size. */
static bt_status keep_passing(bt_grid *grid, conditions *c, double *values, bt_error *err)
{
  size_t n_kept = 0;
  for (size_t raw = 0; raw < grid->n_raw; raw++) {
    raw_values(grid, raw, values);
    n_kept += passes(c, values);
  }
  grid->n_kept = n_kept;
  if (n_kept == grid->n_raw || n_kept == 0) return BT_OK;
  grid->kept = malloc(n_kept * sizeof *grid->kept);
  if (!grid->kept) return bt_fail_nomem(err, "grid");
  for (size_t raw = 0, k = 0; raw < grid->n_raw; raw++) {
    raw_values(grid, raw, values);
    if (passes(c, values)) grid->kept[k++] = (uint32_t)raw;
  }
  return BT_OK;
}

bt_status bt_grid_new(bt_grid **out, const bt_strategy *strategy, const bt_axis *axes,
                      const char *const *where, size_t n_where, bt_error *err)
{
  conditions c = {0};
  double *values = NULL;
  bt_grid *grid = calloc(1, sizeof *grid);
  if (!grid) return bt_fail_nomem(err, "grid");
  bt_status status = count_raw(&grid->n_raw, axes, strategy->n_params, err);
  if (!status) status = copy_axes(grid, strategy, axes, err);
  if (!status) status = compile(&c, grid, strategy->rule, where, n_where, err);
  if (!status) {
    values = malloc((grid->n_params + 1) * sizeof *values);
    status = values ? keep_passing(grid, &c, values, err) : bt_fail_nomem(err, "grid");
  }
  if (!status && grid->n_kept == 0) status = fail_empty(&c, grid, strategy->rule, where, err);
  conditions_clear(&c);
  free(values);
  if (status)
    bt_grid_free(grid);
  else
    *out = grid;
  return status;
}
