/* linear_algebra.h - the little of LAPACK that is used here, with this project's errors.
 *
 * Matrices are small, and one call at a time reaches the library: OpenBLAS built for one thread
 * (Debian's libopenblas0-serial) hands out its buffers without a lock, and of two calls at once one
 * may compute with the other's numbers. Any thread may call. BLAS must not start threads of its own
 * inside tasks: whoever starts a pool calls bt_blas_use_one_thread before. OpenBLAS takes its
 * kernels by the CPU, so the last digits of a solution may differ between machines; on one machine
 * they do not.
 */
#ifndef BT_CORE_LINEAR_ALGEBRA_H
#define BT_CORE_LINEAR_ALGEBRA_H

#include <stddef.h>

#include "core/status.h"

enum { BT_SOLVE_MOST = 24 }; /* unknowns */

/* For the whole process; no other thread may use BLAS at that time. */
void bt_blas_use_one_thread(void);

/* x, of n <= BT_SOLVE_MOST unknowns, so that |A x - b| is least, and of these the shortest x. a: n
 * x n, symmetric (so by rows or by columns), destroyed; b: n. Singular values below cutoff times
 * the largest count as 0. By LAPACK's dgelsd (singular values, divide and conquer). x may be b.
 * Asks for no memory. Errors: DATA, where the numbers are not finite or LAPACK finds no solution.
 */
bt_status bt_solve_symmetric(double *x, double *a, const double *b, size_t n, double cutoff,
                             bt_error *err);

/* a, of n x n, symmetric and positive definite, becomes its inverse. By LAPACK's dpotrf and dpotri
 * (Cholesky). Asks for no memory. Errors: DATA, where it is not positive definite. */
bt_status bt_invert_positive(double *a, size_t n, bt_error *err);

#endif
