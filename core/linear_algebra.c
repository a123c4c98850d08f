#include "core/linear_algebra.h"

#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

void openblas_set_num_threads(int n_threads); /* of OpenBLAS; its cblas.h has it, LAPACKE's not */

/* Of what the library shares, so it is one for the process: see the header. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

void bt_blas_use_one_thread(void)
{
  openblas_set_num_threads(1);
}

/* What dgelsd wants of n <= BT_SOLVE_MOST unknowns and one right-hand side: its problems are
 * smaller than SMLSIZ = 25, so it never divides (LAPACK's dgelsd.f on LWORK and LIWORK). */
enum {
  SMALL = 25,
  N_WORK = 12 * BT_SOLVE_MOST + 2 * BT_SOLVE_MOST * SMALL + 8 * BT_SOLVE_MOST + BT_SOLVE_MOST +
           (SMALL + 1) * (SMALL + 1),
  N_WORK_INT = (3 + 11) * BT_SOLVE_MOST
};

static bool are_finite(const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i])) return false;
  return true;
}

bt_status bt_solve_symmetric(double *x, double *a, const double *b, size_t n, double cutoff,
                             bt_error *err)
{
  double work[N_WORK], singular[BT_SOLVE_MOST];
  lapack_int work_int[N_WORK_INT], rank = 0;
  if (!are_finite(a, n * n) || !are_finite(b, n))
    return bt_fail(err, BT_ERR_DATA, "least squares: a number is not finite");
  memmove(x, b, n * sizeof *x);
  const lapack_int order = (lapack_int)n;
  pthread_mutex_lock(&one_at_a_time);
  const lapack_int info = LAPACKE_dgelsd_work(LAPACK_COL_MAJOR, order, order, 1, a, order, x, order,
                                              singular, cutoff, &rank, work, N_WORK, work_int);
  pthread_mutex_unlock(&one_at_a_time);
  if (info != 0)
    return bt_fail(err, BT_ERR_DATA, "least squares: LAPACK's dgelsd has failed (%d)", (int)info);
  return BT_OK;
}

bt_status bt_invert_positive(double *a, size_t n, bt_error *err)
{
  const lapack_int order = (lapack_int)n;
  pthread_mutex_lock(&one_at_a_time);
  lapack_int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', order, a, order);
  if (info == 0) info = LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'L', order, a, order);
  pthread_mutex_unlock(&one_at_a_time);
  if (info != 0)
    return bt_fail(err, BT_ERR_DATA, "inverse: the matrix is not positive definite (%d)",
                   (int)info);
  for (size_t j = 0; j < n; j++)
    for (size_t k = 0; k < j; k++) a[j * n + k] = a[k * n + j]; /* the other half */
  return BT_OK;
}
