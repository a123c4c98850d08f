#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/linear_algebra.h"

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
