#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random/brownian_bridge.h"
#include "core/random/streams.h"

static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 12, 31, 50, 64, 252};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static bt_bridge new_bridge(size_t n_steps)
{
  bt_bridge bridge;
  bt_error err;
  assert_int_equal(bt_bridge_init(&bridge, n_steps, &err), BT_OK);
  return bridge;
}

/* B, n x n: the columns are what the unit vectors become; path j has 1 in dimension j alone. */
static double *matrix_of(const bt_bridge *bridge)
{
  size_t n = bridge->n_steps;
  double *z = calloc(n * n, sizeof *z), *matrix = calloc(n * n, sizeof *matrix);
  assert_true(z && matrix);
  for (size_t j = 0; j < n; j++) z[j * n + j] = 1;
  bt_bridge_increments(matrix, z, bridge, n);
  free(z);
  return matrix;
}

/* Of increments s and t of independent normals: an element of B B'. */
static double covariance(const double *b, size_t n, size_t s, size_t t)
{
  double sum = 0;
  for (size_t j = 0; j < n; j++) sum += b[s * n + j] * b[t * n + j];
  return sum;
}

static void increments_are_independent_and_of_variance_1(void **state)
{
  (void)state;
  for (size_t k = 0; k < N_SIZES; k++) {
    bt_bridge bridge = new_bridge(sizes[k]);
    double *b = matrix_of(&bridge);
    size_t n = sizes[k];
    for (size_t s = 0; s < n; s++)
      for (size_t t = 0; t <= s; t++) assert_true(fabs(covariance(b, n, s, t) - (s == t)) < 1e-14);
    free(b);
    bt_bridge_clear(&bridge);
  }
}

/* The sum of the increments is sqrt(n) times the first normal, and depends on no other. */
static void the_first_normal_decides_the_end(void **state)
{
  (void)state;
  for (size_t k = 0; k < N_SIZES; k++) {
    bt_bridge bridge = new_bridge(sizes[k]);
    double *b = matrix_of(&bridge);
    size_t n = sizes[k];
    for (size_t j = 0; j < n; j++) {
      double end = 0;
      for (size_t t = 0; t < n; t++) end += b[t * n + j];
      assert_true(fabs(end - (j == 0 ? sqrt((double)n) : 0)) < 1e-13);
    }
    free(b);
    bt_bridge_clear(&bridge);
  }
}

/* The middle of a path is decided by two normals, its quarters by four, and so on. */
static void each_level_decides_as_many_points_as_it_has_normals(void **state)
{
  (void)state;
  enum { N = 64 };
  bt_bridge bridge = new_bridge(N);
  double *b = matrix_of(&bridge);
  for (size_t n_points = 2; n_points <= N; n_points *= 2) {
    size_t length = N / n_points;
    for (size_t point = 0; point < n_points; point++) {
      for (size_t j = n_points; j < N; j++) {
        double moves = 0;
        for (size_t t = 0; t < length; t++) moves += b[(point * length + t) * N + j];
        assert_true(fabs(moves) < 1e-14);
      }
    }
  }
  free(b);
  bt_bridge_clear(&bridge);
}

/* Four steps by hand: the end 2 z0, the middle's share one half with deviation 1, then quarters
 * with deviation sqrt(1/2). */
static void four_steps_are_as_by_hand(void **state)
{
  (void)state;
  const double z[4] = {0.5, -0.25, 1, 2}, root_half = sqrt(0.5);
  double increments[4];
  bt_bridge bridge = new_bridge(4);
  bt_bridge_increments(increments, z, &bridge, 1);
  double first = 0.5 - 0.25, second = 1 - first;
  const double expected[4] = {first / 2 + root_half, first / 2 - root_half,
                              second / 2 + 2 * root_half, second / 2 - 2 * root_half};
  for (size_t t = 0; t < 4; t++) assert_true(fabs(increments[t] - expected[t]) < 1e-15);
  bt_bridge_clear(&bridge);
}

static void a_path_does_not_depend_on_its_neighbours(void **state)
{
  (void)state;
  enum { N_STEPS = 30, N_PATHS = 37 };
  static double z[N_STEPS * N_PATHS], together[N_STEPS * N_PATHS];
  const bt_stream stream = {1, 1};
  bt_bridge bridge = new_bridge(N_STEPS);
  for (uint32_t j = 0; j < N_STEPS; j++) bt_stream_normals(z + j * N_PATHS, &stream, j, 0, N_PATHS);
  bt_bridge_increments(together, z, &bridge, N_PATHS);
  for (size_t i = 0; i < N_PATHS; i++) {
    double alone_z[N_STEPS], alone[N_STEPS];
    for (size_t j = 0; j < N_STEPS; j++) alone_z[j] = z[j * N_PATHS + i];
    bt_bridge_increments(alone, alone_z, &bridge, 1);
    for (size_t t = 0; t < N_STEPS; t++) assert_true(alone[t] == together[t * N_PATHS + i]);
  }
  bt_bridge_clear(&bridge);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(increments_are_independent_and_of_variance_1),
      cmocka_unit_test(the_first_normal_decides_the_end),
      cmocka_unit_test(each_level_decides_as_many_points_as_it_has_normals),
      cmocka_unit_test(four_steps_are_as_by_hand),
      cmocka_unit_test(a_path_does_not_depend_on_its_neighbours),
  };
  return cmocka_run_group_tests_name("core/brownian_bridge", tests, NULL, NULL);
}
