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
  char **names;
  bt_axis *axes;
  size_t n_raw; /* the product of the axes */
  size_t n_kept;
  uint32_t *kept; /* raw index of each combination kept; NULL: all are */
};

void bt_grid_free(bt_grid *grid)
{
  if (!grid) return;
  for (size_t i = 0; grid->axes && i < grid->n_params; i++) bt_axis_clear(&grid->axes[i]);
  for (size_t i = 0; grid->names && i < grid->n_params; i++) free(grid->names[i]);
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

void bt_grid_values(const bt_grid *grid, size_t index, double *values)
{
  size_t raw = grid->kept ? grid->kept[index] : index;
  for (size_t i = grid->n_params; i-- > 0;) { /* mixed radix, the last parameter changes fastest */
    values[i] = grid->axes[i].values[raw % grid->axes[i].n_values];
    raw /= grid->axes[i].n_values;
  }
}

char *bt_grid_params_json(const bt_grid *grid, size_t index)
{
  char number[BT_NUMBER_TEXT_SIZE];
  size_t size = 3, used = 1;
  for (size_t i = 0; i < grid->n_params; i++)
    size += strlen(grid->names[i]) + BT_NUMBER_TEXT_SIZE + 4;
  double *values = malloc((grid->n_params + 1) * sizeof *values);
  char *json = values ? malloc(size) : NULL;
  if (json) {
    bt_grid_values(grid, index, values);
    memcpy(json, "{", 2);
    for (size_t i = 0; i < grid->n_params; i++) {
      int written = snprintf(json + used, size - used, "%s\"%s\":%s", i ? "," : "", grid->names[i],
                             bt_number_format(number, values[i]));
      used += written > 0 ? (size_t)written : 0; /* names are identifiers: nothing to escape */
    }
    memcpy(json + used, "}", 2);
  }
  free(values);
  return json;
}

/* ---- the size of a grid -----------------------------------------------------------------------
 */

enum { DIGITS_MOST = 200 }; /* of a size that is still printed in full */

/* Multiplies a decimal number, lowest digit first, of *n digits; false where it gets too long. */
static bool multiply(unsigned char digits[DIGITS_MOST], size_t *n, uint64_t factor)
{
  uint64_t carry = 0;
  for (size_t k = 0; k < *n || carry; k++) {
    if (k == DIGITS_MOST) return false;
    if (k == *n) digits[(*n)++] = 0;
    carry += digits[k] * factor;
    digits[k] = (unsigned char)(carry % 10);
    carry /= 10;
  }
  return true;
}

/* The product of the axes in decimal with commas, exact up to DIGITS_MOST digits. */
static void format_product(char text[2 * DIGITS_MOST], const bt_axis *axes, size_t n_axes)
{
  unsigned char digits[DIGITS_MOST] = {1};
  size_t n = 1;
  for (size_t i = 0; i < n_axes; i++) {
    if (multiply(digits, &n, axes[i].n_values)) continue;
    (void)snprintf(text, 2 * DIGITS_MOST, "more than 10^%d", DIGITS_MOST);
    return;
  }
  for (size_t k = 0; k < n; k++) text[k] = (char)('0' + digits[n - 1 - k]);
  text[n] = '\0';
  (void)bt_number_group(text, 2 * DIGITS_MOST);
}

static bt_status count_raw(size_t *out, const bt_axis *axes, size_t n_axes, bt_error *err)
{
  char product[2 * DIGITS_MOST], most[BT_NUMBER_TEXT_SIZE];
  size_t count = 1;
  for (size_t i = 0; i < n_axes; i++) {
    if (count <= BT_GRID_COMBOS_MOST / axes[i].n_values) {
      count *= axes[i].n_values;
      continue;
    }
    format_product(product, axes, n_axes);
    (void)snprintf(most, sizeof most, "%d", BT_GRID_COMBOS_MOST);
    return bt_fail(err, BT_ERR_USAGE,
                   "--param: the grid has %s combinations before --where; at most %s are possible",
                   product, bt_number_group(most, sizeof most));
  }
  *out = count;
  return BT_OK;
}

static bt_status copy_axes(bt_grid *grid, const bt_strategy *strategy, const bt_axis *axes,
                           bt_error *err)
{
  size_t n = strategy->n_params;
  grid->n_params = n;
  grid->axes = calloc(n + 1, sizeof *grid->axes);
  grid->names = calloc(n + 1, sizeof *grid->names);
  if (!grid->axes || !grid->names) return bt_fail_nomem(err, "grid");
  for (size_t i = 0; i < n; i++) {
    size_t bytes = axes[i].n_values * sizeof *axes[i].values;
    size_t name_size = strlen(strategy->params[i].name) + 1;
    grid->names[i] = malloc(name_size);
    grid->axes[i].values = malloc(bytes);
    if (!grid->names[i] || !grid->axes[i].values) return bt_fail_nomem(err, "grid");
    memcpy(grid->names[i], strategy->params[i].name, name_size);
    memcpy(grid->axes[i].values, axes[i].values, bytes);
    grid->axes[i].n_values = axes[i].n_values;
  }
  return BT_OK;
}

/* ---- conditions -------------------------------------------------------------------------------
 */

/* The strategy's own rule first, then each --where. */
typedef struct condition {
  bool own; /* the strategy's */
  const char *text;
  bt_expression *expression;
  size_t n_excluded; /* of those that the conditions before let pass */
} condition;

typedef struct conditions {
  condition *list;
  size_t count;
} conditions;

static void conditions_clear(conditions *c)
{
  for (size_t i = 0; i < c->count; i++) bt_expression_free(c->list[i].expression);
  free(c->list);
}

static const char *origin(const condition *c)
{
  return c->own ? "the strategy's rule" : "--where";
}

static bt_status compile(conditions *c, const bt_grid *grid, const char *text, bool own,
                         bt_error *err)
{
  condition *next = &c->list[c->count];
  bt_error cause;
  *next = (condition){.own = own, .text = text};
  bt_status status = bt_expression_new(&next->expression, text, (const char *const *)grid->names,
                                       grid->n_params, &cause);
  if (status) return bt_fail(err, status, "%s '%.200s': %s", origin(next), text, cause.message);
  c->count++;
  return BT_OK;
}

static bt_status compile_all(conditions *c, const bt_grid *grid, const char *rule,
                             const char *const *where, size_t n_where, bt_error *err)
{
  bt_status status = BT_OK;
  c->list = calloc(n_where + 1, sizeof *c->list);
  if (!c->list) return bt_fail_nomem(err, "conditions");
  if (rule) status = compile(c, grid, rule, true, err);
  for (size_t i = 0; i < n_where && !status; i++) status = compile(c, grid, where[i], false, err);
  return status;
}

static bool passes(conditions *c, const double *values)
{
  for (size_t i = 0; i < c->count; i++) {
    if (bt_expression_holds(c->list[i].expression, values)) continue;
    c->list[i].n_excluded++;
    return false;
  }
  return true;
}

static bt_status fail_empty(const conditions *c, size_t n_raw, bt_error *err)
{
  const condition *worst = &c->list[0];
  for (size_t i = 1; i < c->count; i++)
    if (c->list[i].n_excluded > worst->n_excluded) worst = &c->list[i];
  return bt_fail(err, BT_ERR_USAGE,
                 "%s '%.200s': no combination is left; it excludes %zu of the %zu in the grid",
                 origin(worst), worst->text, worst->n_excluded, n_raw);
}

/* ---- the list of what is kept -----------------------------------------------------------------
 */

/* A walk over all combinations in their order. */
typedef struct odometer {
  const bt_grid *grid;
  size_t *position; /* on each axis */
  double *values;
} odometer;

static bt_status odometer_init(odometer *walk, const bt_grid *grid, bt_error *err)
{
  walk->grid = grid;
  walk->position = calloc(grid->n_params + 1, sizeof *walk->position);
  walk->values = calloc(grid->n_params + 1, sizeof *walk->values);
  if (!walk->position || !walk->values) return bt_fail_nomem(err, "grid");
  for (size_t i = 0; i < grid->n_params; i++) walk->values[i] = grid->axes[i].values[0];
  return BT_OK;
}

static void odometer_clear(odometer *walk)
{
  free(walk->position);
  free(walk->values);
}

static void odometer_advance(odometer *walk)
{
  for (size_t i = walk->grid->n_params; i-- > 0;) {
    const bt_axis *axis = &walk->grid->axes[i];
    bool wrapped = ++walk->position[i] == axis->n_values;
    if (wrapped) walk->position[i] = 0;
    walk->values[i] = axis->values[walk->position[i]];
    if (!wrapped) return;
  }
}

/* Makes room for one more; the list starts with the first `n_kept` raw combinations. */
static bt_status grow_kept(bt_grid *grid, size_t *capacity, bt_error *err)
{
  size_t wanted = *capacity ? 2 * *capacity : grid->n_kept + 1024;
  if (wanted > grid->n_raw) wanted = grid->n_raw;
  uint32_t *kept = realloc(grid->kept, wanted * sizeof *kept);
  if (!kept) return bt_fail_nomem(err, "grid");
  for (size_t k = 0; !grid->kept && k < grid->n_kept; k++) kept[k] = (uint32_t)k;
  grid->kept = kept;
  *capacity = wanted;
  return BT_OK;
}

/* The list begins at the first combination that is excluded: without one there is none. */
static bt_status list_kept(bt_grid *grid, conditions *c, odometer *walk, bt_error *err)
{
  bt_status status = BT_OK;
  size_t capacity = 0;
  for (size_t raw = 0; raw < grid->n_raw && !status; raw++, odometer_advance(walk)) {
    bool keep = passes(c, walk->values);
    if ((keep && grid->kept && grid->n_kept == capacity) || (!keep && !grid->kept))
      status = grow_kept(grid, &capacity, err);
    if (status || !keep) continue;
    if (grid->kept) grid->kept[grid->n_kept] = (uint32_t)raw;
    grid->n_kept++;
  }
  uint32_t *fitted =
      grid->kept && grid->n_kept > 0 ? realloc(grid->kept, grid->n_kept * sizeof *fitted) : NULL;
  if (fitted) grid->kept = fitted; /* else the longer block does as well */
  return status;
}

bt_status bt_grid_new(bt_grid **out, const bt_strategy *strategy, const bt_axis *axes,
                      const char *const *where, size_t n_where, bt_error *err)
{
  conditions c = {0};
  odometer walk = {0};
  bt_grid *grid = calloc(1, sizeof *grid);
  if (!grid) return bt_fail_nomem(err, "grid");
  bt_status status = count_raw(&grid->n_raw, axes, strategy->n_params, err);
  if (!status) status = copy_axes(grid, strategy, axes, err);
  if (!status) status = compile_all(&c, grid, strategy->rule, where, n_where, err);
  if (!status) status = odometer_init(&walk, grid, err);
  if (!status && c.count == 0) grid->n_kept = grid->n_raw;
  if (!status && c.count > 0) status = list_kept(grid, &c, &walk, err);
  if (!status && grid->n_kept == 0) status = fail_empty(&c, grid->n_raw, err);
  odometer_clear(&walk);
  conditions_clear(&c);
  if (status)
    bt_grid_free(grid);
  else
    *out = grid;
  return status;
}
