/* npy.h - the header of a .npy file, version 1.0 of numpy's format: magic, version, length, and a
 * Python literal that says what follows, padded to a multiple of 64 bytes.
 *
 * Source: numpy.lib.format, "Format Version 1.0".
 */
#ifndef BT_RUNNERS_NPY_H
#define BT_RUNNERS_NPY_H

#include <stddef.h>
#include <stdint.h>

/* Enough for whatever is described here, and always all of it: so a header can be written before
 * the number of rows is known, and again when it is. */
enum { BT_NPY_HEADER_SIZE = 128 };

/* What stands behind it, little-endian. */
#define BT_NPY_FLOAT64 "<f8"
#define BT_NPY_DATETIME_NS "<M8[ns]"

/* Of n_rows x n_columns values in C order; n_columns 0: of n_rows values. */
void bt_npy_header(char out[BT_NPY_HEADER_SIZE], const char *type, uint64_t n_rows,
                   size_t n_columns);

#endif
