#include "tests/support/npy_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/paths.h"

enum { BEGINNING = 10, HEADER_MOST = 1 << 16 };

/* The literal behind magic, version and length. */
static void read_header(npy_file *out, FILE *file, const char *path)
{
  static const unsigned char magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  unsigned char begin[BEGINNING];
  char text[HEADER_MOST], type[16], shape[64];
  if (fread(begin, 1, BEGINNING, file) != BEGINNING || memcmp(begin, magic, sizeof magic) != 0)
    fail_msg("%s: no .npy file of format 1.0", path);
  size_t length = begin[8] + 256u * begin[9];
  assert_int_equal((BEGINNING + length) % 64, 0);
  assert_int_equal(fread(text, 1, length, file), length);
  assert_int_equal(text[length - 1], '\n');
  text[length - 1] = '\0';
  int end = 0;
  if (sscanf(text, "{'descr': '%15[^']', 'fortran_order': False, 'shape': (%63[^)]), }%n", type,
             shape, &end) != 2 ||
      end == 0 || text[(size_t)end + strspn(text + end, " ")] != '\0')
    fail_msg("%s: header %s", path, text);
  (void)snprintf(out->type, sizeof out->type, "%s", type);
  int n = sscanf(shape, "%zu, %zu", &out->n_rows, &out->n_columns);
  if (n == 1) out->n_columns = 1;
  assert_true(n == 2 || (n == 1 && shape[strlen(shape) - 1] == ','));
}

void npy_file_read(npy_file *out, const char *dir, const char *name)
{
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing", path);
  *out = (npy_file){0};
  read_header(out, file, path);
  size_t n = out->n_rows * out->n_columns;
  out->bytes = malloc(8 * n + 1);
  assert_non_null(out->bytes);
  assert_int_equal(fread(out->bytes, 1, 8 * n + 1, file), 8 * n); /* and no byte behind */
  (void)fclose(file);
}

void npy_file_free(npy_file *file)
{
  free(file->bytes);
}

double npy_number(const npy_file *file, size_t row, size_t column)
{
  double value;
  assert_string_equal(file->type, "<f8");
  assert_true(row < file->n_rows && column < file->n_columns);
  memcpy(&value, (char *)file->bytes + 8 * (row * file->n_columns + column), sizeof value);
  return value;
}

int64_t npy_time(const npy_file *file, size_t row)
{
  int64_t value;
  assert_string_equal(file->type, "<M8[ns]");
  assert_true(row < file->n_rows);
  memcpy(&value, (char *)file->bytes + 8 * row, sizeof value);
  return value;
}
