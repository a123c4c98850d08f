#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/linear_algebra.h"
#include "tests/support/slow.h"

static void symmetric_system_is_solved(void **state)
{
  (void)state;
  /* by hand: x = (1, -2, 3) */
  double a[] = {4, 1, 0, 1, 3, -1, 0, -1, 2}, b[] = {2, -8, 8}, x[3];
  assert_int_equal(bt_solve_symmetric(x, a, b, 3, 1e-13, NULL), BT_OK);
  assert_true(fabs(x[0] - 1) < 1e-14 && fabs(x[1] + 2) < 1e-14 && fabs(x[2] - 3) < 1e-14);
}

static void one_unknown_and_the_most_are_solved(void **state)
{
  (void)state;
  static const size_t sizes[] = {1, BT_SOLVE_MOST};
  for (size_t s = 0; s < 2; s++) {
    const size_t n = sizes[s];
    double a[BT_SOLVE_MOST * BT_SOLVE_MOST] = {0}, b[BT_SOLVE_MOST];
    for (size_t i = 0; i < n; i++) {
      /* diagonal 2, beside it 1; x[i] = i + 1 */
      const double before = i > 0 ? (double)i : 0, after = i + 1 < n ? (double)i + 2 : 0;
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = 1;
      b[i] = before + 2 * ((double)i + 1) + after;
    }
    assert_int_equal(bt_solve_symmetric(b, a, b, n, 1e-13, NULL), BT_OK);
    for (size_t i = 0; i < n; i++) assert_true(fabs(b[i] - (double)(i + 1)) < 1e-11);
  }
}

static void of_many_solutions_the_shortest_is_taken(void **state)
{
  (void)state;
  double a[] = {1, 1, 1, 1}, b[] = {4, 4}, x[2];
  assert_int_equal(bt_solve_symmetric(x, a, b, 2, 1e-13, NULL), BT_OK);
  assert_true(fabs(x[0] - 2) < 1e-14 && fabs(x[1] - 2) < 1e-14);
  double nothing[] = {0, 0, 0, 0};
  assert_int_equal(bt_solve_symmetric(x, nothing, b, 2, 1e-13, NULL), BT_OK);
  assert_true(x[0] == 0 && x[1] == 0);
}

/* ---- threads -------------------------------------------------------------------------------- */

enum { N_THREADS = 4, N_SYSTEMS = 48, SIDE = 6 };

/* Of the moments of points u on [-1, 1], as a regression on powers has them. */
static void make_system(double *a, double *b, size_t which)
{
  enum { N_POINTS = 200 };
  memset(a, 0, SIDE * SIDE * sizeof *a);
  memset(b, 0, SIDE * sizeof *b);
  for (size_t i = 0; i < N_POINTS; i++) {
    double u = sin((double)(which * N_POINTS + i)), powers[SIDE] = {1};
    for (size_t k = 1; k < SIDE; k++) powers[k] = powers[k - 1] * u;
    for (size_t j = 0; j < SIDE; j++) {
      for (size_t k = 0; k < SIDE; k++) a[j * SIDE + k] += powers[j] * powers[k] / N_POINTS;
      b[j] += powers[j] * sin(3 * u) / N_POINTS;
    }
  }
}

static double systems[N_SYSTEMS][SIDE * SIDE], sides[N_SYSTEMS][SIDE];

typedef struct solver {
  pthread_t thread;
  pthread_barrier_t *start;
  size_t first;
  double x[N_SYSTEMS][SIDE];
} solver;

static void *solve_all(void *argument)
{
  solver *s = argument;
  pthread_barrier_wait(s->start);
  for (size_t i = 0; i < N_SYSTEMS; i++) {
    const size_t which = (s->first + i) % N_SYSTEMS;
    double a[SIDE * SIDE];
    memcpy(a, systems[which], sizeof a);
    if (bt_solve_symmetric(s->x[which], a, sides[which], SIDE, 4e-15, NULL)) return NULL;
  }
  return s;
}

/* In a process that has not used the library before: whether all threads find the same. */
static bool do_threads_agree(void)
{
  static solver solvers[N_THREADS];
  pthread_barrier_t start;
  bool same = pthread_barrier_init(&start, NULL, N_THREADS) == 0;
  for (size_t i = 0; i < N_THREADS && same; i++) {
    solvers[i].start = &start;
    solvers[i].first = i * 11;
    same = pthread_create(&solvers[i].thread, NULL, solve_all, &solvers[i]) == 0;
  }
  for (size_t i = 0; i < N_THREADS && same; i++) {
    void *result = NULL;
    same = pthread_join(solvers[i].thread, &result) == 0 && result != NULL &&
           memcmp(solvers[i].x, solvers[0].x, sizeof solvers[0].x) == 0;
  }
  return same;
}

/* One process in a hundred got another solution, before calls were kept apart. */
static void threads_at_once_find_the_same(void **state)
{
  (void)state;
  const int n_processes = IS_SLOW || is_below_valgrind() ? 3 : 300;
  for (size_t k = 0; k < N_SYSTEMS; k++) make_system(systems[k], sides[k], k);
  for (int i = 0; i < n_processes; i++) {
    int how = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(do_threads_agree() ? 0 : 1);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
  }
}

static void numbers_that_are_not_finite_are_refused(void **state)
{
  (void)state;
  double a[] = {1, 0, 0, (double)NAN}, b[] = {1, 1}, x[] = {5, 5};
  bt_error err;
  assert_int_equal(bt_solve_symmetric(x, a, b, 2, 1e-13, &err), BT_ERR_DATA);
  assert_string_equal(err.message, "least squares: a number is not finite");
  double fine[] = {1, 0, 0, 1}, infinite[] = {1, (double)INFINITY};
  assert_int_equal(bt_solve_symmetric(x, fine, infinite, 2, 1e-13, &err), BT_ERR_DATA);
  assert_true(x[0] == 5 && x[1] == 5);
}

static void positive_matrix_is_inverted(void **state)
{
  (void)state;
  double a[] = {4, 1, 0, 1, 3, -1, 0, -1, 2}; /* of determinant 18 */
  static const double cofactors[] = {5, -2, -1, -2, 8, 4, -1, 4, 11};
  assert_int_equal(bt_invert_positive(a, 3, NULL), BT_OK);
  for (size_t i = 0; i < 9; i++) assert_true(fabs(a[i] - cofactors[i] / 18) < 1e-15);
}

static void matrix_that_is_not_positive_is_not_inverted(void **state)
{
  (void)state;
  double a[] = {1, 2, 2, 1};
  bt_error err;
  assert_int_equal(bt_invert_positive(a, 2, &err), BT_ERR_DATA);
  assert_string_equal(err.message, "inverse: the matrix is not positive definite (2)");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_at_once_find_the_same), /* before any other uses it */
      cmocka_unit_test(symmetric_system_is_solved),
      cmocka_unit_test(one_unknown_and_the_most_are_solved),
      cmocka_unit_test(of_many_solutions_the_shortest_is_taken),
      cmocka_unit_test(numbers_that_are_not_finite_are_refused),
      cmocka_unit_test(positive_matrix_is_inverted),
      cmocka_unit_test(matrix_that_is_not_positive_is_not_inverted),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
