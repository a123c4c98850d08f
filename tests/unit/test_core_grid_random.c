/* Random ranges and grids against the same made the plain way. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/grid.h"
#include "tests/support/make_bars.h"

enum { NUMBER_SIZE = 48, N_PARAMS_MOST = 4, N_VALUES_MOST = 7 };

/* ---- ranges ---------------------------------------------------------------------------------- */

/* digits / 10^decimals as a person writes it. */
static void write_decimal(char text[NUMBER_SIZE], int64_t digits, int decimals)
{
  int64_t power = 1, size = digits < 0 ? -digits : digits;
  for (int i = 0; i < decimals; i++) power *= 10;
  int length = snprintf(text, NUMBER_SIZE, "%s%" PRId64, digits < 0 ? "-" : "", size / power);
  if (decimals > 0 && decimals < 20)
    (void)snprintf(text + length, NUMBER_SIZE - (size_t)length, ".%0*" PRId64, decimals,
                   size % power);
}

static void write_number(char text[NUMBER_SIZE], int64_t digits, int decimals, test_random *random)
{
  if (random_below(random, 3) == 0)
    (void)snprintf(text, NUMBER_SIZE, "%" PRId64 "e-%d", digits, decimals);
  else
    write_decimal(text, digits, decimals);
}

static void check_range(test_random *random)
{
  static const bt_param param = {"x", 0, 0, 1, 1, -1e12, 1e12, 0, "anything"};
  char part[3][NUMBER_SIZE], spec[3 * NUMBER_SIZE], text[NUMBER_SIZE];
  int decimals = (int)random_below(random, 9);
  int64_t first = (int64_t)random_below(random, 20001) - 10000;
  int64_t step = 1 + (int64_t)random_below(random, 300), sign = random_below(random, 2) ? 1 : -1;
  size_t n = 1 + random_below(random, 60);
  /* what lies short of the next step changes nothing */
  int64_t slack = n > 1 ? (int64_t)random_below(random, (size_t)step) : 0;
  int64_t last = first + sign * (step * (int64_t)(n - 1) + slack);
  write_number(part[0], first, decimals, random);
  write_number(part[1], last, decimals, random);
  write_number(part[2], sign * step, decimals, random);
  (void)snprintf(spec, sizeof spec, "%s:%s:%s", part[0], part[1], part[2]);
  bt_axis axis = {0};
  bt_error err;
  if (bt_axis_parse(&axis, &param, spec, &err)) fail_msg("%s", err.message);
  if (axis.n_values != n) fail_msg("%s: %zu values instead of %zu", spec, axis.n_values, n);
  for (size_t i = 0; i < n; i++) {
    write_decimal(text, first + sign * step * (int64_t)i, decimals);
    if (axis.values[i] != strtod(text, NULL))
      fail_msg("%s: value %zu is %.17g instead of %s", spec, i, axis.values[i], text);
  }
  bt_axis_clear(&axis);
}

static void every_value_of_a_range_is_the_nearest_to_its_decimal(void **state)
{
  (void)state;
  test_random random = {71};
  for (int round = 0; round < 20000; round++) check_range(&random);
}

/* ---- grids ----------------------------------------------------------------------------------- */

static void signals(const bt_host *host, const double *params, double *target)
{
  (void)host;
  (void)params;
  (void)target;
}

static const bt_param params[N_PARAMS_MOST] = {{"a", 1, 1, 9, 1, -100, 100, 0, "first"},
                                               {"b", 1, 1, 9, 1, -100, 100, 0, "second"},
                                               {"c", 1, 1, 9, 1, -100, 100, 0, "third"},
                                               {"d", 1, 1, 9, 1, -100, 100, 0, "fourth"}};

/* The same condition for the grid and for the referee; those behind n_params are not used. */
typedef struct condition {
  const char *text;
  size_t n_params;
  bool (*holds)(const double *p);
} condition;

static bool always(const double *p)
{
  (void)p;
  return true;
}
static bool rises(const double *p)
{
  return p[0] < p[1];
}
static bool is_small(const double *p)
{
  return p[0] <= 2.5;
}
static bool is_near(const double *p)
{
  return p[2] - p[0] < 2 || p[1] == 3;
}
static bool is_product(const double *p)
{
  return p[3] * p[0] >= 6 && !(p[1] > p[2]);
}

static const condition conditions[] = {{NULL, 0, always},
                                       {"a<=2.5", 1, is_small},
                                       {"a<b", 2, rises},
                                       {"c-a<2 || b==3", 3, is_near},
                                       {"d*a>=6 && !b>c", 4, is_product}};

typedef struct scene {
  test_random random;
  size_t n_params;
  double values[N_PARAMS_MOST][N_VALUES_MOST];
  bt_axis axes[N_PARAMS_MOST];
  const condition *rule, *where;
} scene;

static const condition *pick(scene *s)
{
  for (;;) {
    const condition *c = &conditions[random_below(&s->random, 5)];
    if (c->n_params <= s->n_params) return c;
  }
}

static void make_scene(scene *s)
{
  s->n_params = 1 + random_below(&s->random, N_PARAMS_MOST);
  for (size_t i = 0; i < s->n_params; i++) {
    size_t n = 1 + random_below(&s->random, N_VALUES_MOST);
    double first = (double)random_below(&s->random, 4);
    for (size_t k = 0; k < n; k++) s->values[i][k] = first + 0.5 * (double)k;
    s->axes[i] = (bt_axis){s->values[i], n};
  }
  s->rule = pick(s);
  s->where = pick(s);
}

/* Fails unless combination `index` has these values and their JSON. */
static void check_combination(const bt_grid *grid, size_t index, const double *expected, size_t n)
{
  double got[N_PARAMS_MOST];
  char json[256] = "{";
  bt_grid_values(grid, index, got);
  assert_memory_equal(got, expected, n * sizeof *got);
  for (size_t i = 0; i < n; i++) {
    size_t used = strlen(json);
    (void)snprintf(json + used, sizeof json - used, "%s\"%s\":%g", i ? "," : "", params[i].name,
                   expected[i]);
  }
  strcat(json, "}");
  char *written = bt_grid_params_json(grid, index);
  assert_non_null(written);
  assert_string_equal(written, json);
  free(written);
}

/* Walks the product by recursion, the last parameter innermost, and checks what should be kept;
 * returns how many were. grid NULL: counts alone. */
static size_t walk(const scene *s, const bt_grid *grid, double *p, size_t depth, size_t index)
{
  if (depth == s->n_params || depth == N_PARAMS_MOST) {
    if (!s->rule->holds(p) || !s->where->holds(p)) return index;
    if (grid) check_combination(grid, index, p, s->n_params);
    return index + 1;
  }
  for (size_t k = 0; k < s->axes[depth].n_values; k++) {
    p[depth] = s->values[depth][k];
    index = walk(s, grid, p, depth + 1, index);
  }
  return index;
}

static void check_grid(scene *s)
{
  double p[N_PARAMS_MOST];
  size_t n_raw = 1;
  bt_grid *grid = NULL;
  bt_error err;
  make_scene(s);
  const bt_strategy strategy = {.abi_version = BT_STRATEGY_ABI,
                                .name = "random",
                                .summary = "any",
                                .params = params,
                                .n_params = s->n_params,
                                .rule = s->rule->text,
                                .signals = signals};
  for (size_t i = 0; i < s->n_params; i++) n_raw *= s->axes[i].n_values;
  size_t n_kept = walk(s, NULL, p, 0, 0);
  bt_status status =
      bt_grid_new(&grid, &strategy, s->axes, &s->where->text, s->where->text ? 1 : 0, &err);
  assert_int_equal(status, n_kept > 0 ? BT_OK : BT_ERR_USAGE);
  if (status) {
    assert_non_null(strstr(err.message, "no combination is left"));
    assert_null(grid);
    return;
  }
  assert_int_equal(bt_grid_count(grid), n_kept);
  assert_int_equal(bt_grid_excluded(grid), n_raw - n_kept);
  assert_int_equal(bt_grid_n_params(grid), s->n_params);
  (void)walk(s, grid, p, 0, 0);
  bt_grid_free(grid);
}

static void random_grids_keep_what_nested_loops_keep(void **state)
{
  (void)state;
  scene s = {.random = {73}};
  for (int round = 0; round < 500; round++) check_grid(&s);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void a_grid_of_just_the_limit_is_counted_and_one_more_is_refused(void **state)
{
  (void)state;
  double values[10001];
  bt_axis axes[2] = {{values, 10000}, {values, 10000}};
  for (size_t i = 0; i < 10001; i++) values[i] = (double)i;
  const bt_strategy two = {.name = "two", .params = params, .n_params = 2, .signals = signals};
  bt_grid *grid = NULL;
  bt_error err;
  double p[2];
  assert_int_equal(bt_grid_new(&grid, &two, axes, NULL, 0, &err), BT_OK);
  assert_int_equal(bt_grid_count(grid), BT_GRID_COMBOS_MOST);
  bt_grid_values(grid, BT_GRID_COMBOS_MOST - 1, p);
  assert_true(p[0] == 9999 && p[1] == 9999);
  bt_grid_free(grid);
  grid = NULL;
  axes[1].n_values++;
  assert_int_equal(bt_grid_new(&grid, &two, axes, NULL, 0, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, " 100,010,000 combinations"));
  assert_null(grid);
}

/* The axes and the strategy may go: the grid has its own copies. */
static void a_grid_outlives_what_it_was_made_from(void **state)
{
  (void)state;
  char name[] = "a";
  double *values = malloc(2 * sizeof *values), p = 0;
  assert_non_null(values);
  values[0] = 1;
  values[1] = 2.5;
  bt_param param = params[0];
  param.name = name;
  bt_axis axis = {values, 2};
  bt_grid *grid = NULL;
  bt_strategy one = {.name = "one", .params = &param, .n_params = 1, .signals = signals};
  assert_int_equal(bt_grid_new(&grid, &one, &axis, NULL, 0, NULL), BT_OK);
  free(values);
  name[0] = 'z';
  bt_grid_values(grid, 1, &p);
  char *json = bt_grid_params_json(grid, 1);
  assert_true(p == 2.5);
  assert_string_equal(json, "{\"a\":2.5}");
  free(json);
  bt_grid_free(grid);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_of_a_range_is_the_nearest_to_its_decimal),
      cmocka_unit_test(random_grids_keep_what_nested_loops_keep),
      cmocka_unit_test(a_grid_of_just_the_limit_is_counted_and_one_more_is_refused),
      cmocka_unit_test(a_grid_outlives_what_it_was_made_from),
  };
  return cmocka_run_group_tests_name("core/grid, random", tests, NULL, NULL);
}
