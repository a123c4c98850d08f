#include "runners/npy.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "values are written as they lie in memory, and the header says little-endian"
#endif

enum { BEGINNING = 10 }; /* bytes of magic, version and length */

void bt_npy_header(char out[BT_NPY_HEADER_SIZE], const char *type, uint64_t n_rows,
                   size_t n_columns)
{
  static const char magic[] = "\x93NUMPY\x01"; /* and a 0: version 1.0 */
  enum { LENGTH = BT_NPY_HEADER_SIZE - BEGINNING };
  char columns[24] = "", text[BT_NPY_HEADER_SIZE];
  if (n_columns > 0) (void)snprintf(columns, sizeof columns, " %zu", n_columns);
  int n = snprintf(text, sizeof text,
                   "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRIu64 ",%s), }", type,
                   n_rows, columns);
  assert(n > 0 && n < LENGTH);
  memset(out, ' ', BT_NPY_HEADER_SIZE);
  memcpy(out, magic, sizeof magic);
  out[8] = (char)(LENGTH % 256);
  out[9] = (char)(LENGTH / 256);
  memcpy(out + BEGINNING, text, (size_t)n);
  out[BT_NPY_HEADER_SIZE - 1] = '\n';
}
