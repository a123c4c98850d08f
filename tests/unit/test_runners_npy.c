/* The header of .npy files, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "runners/npy.h"

/* What numpy.lib.format.write_array_header_1_0 writes, padded to 128 bytes. */
static void check(const char *type, uint64_t n_rows, size_t n_columns, const char *literal)
{
  char header[BT_NPY_HEADER_SIZE], expected[BT_NPY_HEADER_SIZE];
  memset(expected, ' ', sizeof expected);
  memcpy(expected, "\x93NUMPY\x01\x00\x76\x00", 10);
  memcpy(expected + 10, literal, strlen(literal));
  expected[BT_NPY_HEADER_SIZE - 1] = '\n';
  bt_npy_header(header, type, n_rows, n_columns);
  assert_memory_equal(header, expected, sizeof header);
}

static void headers_are_those_of_numpy(void **state)
{
  (void)state;
  check(BT_NPY_FLOAT64, 5040, 17,
        "{'descr': '<f8', 'fortran_order': False, 'shape': (5040, 17), }");
  check(BT_NPY_FLOAT64, 0, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1), }");
  check(BT_NPY_DATETIME_NS, 5040, 0,
        "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (5040,), }");
}

static void the_largest_numbers_fit(void **state)
{
  (void)state;
  check(BT_NPY_DATETIME_NS, UINT64_MAX, SIZE_MAX,
        "{'descr': '<M8[ns]', 'fortran_order': False, "
        "'shape': (18446744073709551615, 18446744073709551615), }");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(headers_are_those_of_numpy),
                                     cmocka_unit_test(the_largest_numbers_fit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
