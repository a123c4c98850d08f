/* compare.h - comparing numbers as the contract does. */
#ifndef BT_TESTS_COMPARE_H
#define BT_TESTS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

/* |a - b| <= tolerance * max(1, |a|, |b|); not-a-number equals itself alone. */
bool is_close(double a, double b, double tolerance);

/* Fails the running test, naming what and the two values, unless they agree to 1e-9. */
void assert_close(double got, double expected, const char *what);

/* The same for arrays, naming the index. */
void assert_all_close(const double *got, const double *expected, size_t n, const char *what);

#endif
