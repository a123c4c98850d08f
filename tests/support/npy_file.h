/* npy_file.h - .npy files of format 1.0 read back, strictly. */
#ifndef BT_TESTS_NPY_FILE_H
#define BT_TESTS_NPY_FILE_H

#include <stddef.h>
#include <stdint.h>

typedef struct npy_file {
  char type[16];
  size_t n_rows, n_columns; /* n_columns is 1 where the shape has one number */
  void *bytes;              /* of all values, 8 bytes each */
} npy_file;

/* Fails the running test where dir/name is missing, or is not exactly what its header says. */
void npy_file_read(npy_file *out, const char *dir, const char *name);
void npy_file_free(npy_file *file);

double npy_number(const npy_file *file, size_t row, size_t column);
int64_t npy_time(const npy_file *file, size_t row);

#endif
