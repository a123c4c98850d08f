/* golden.h - text files of cases that can be checked by hand.
 *
 *     # a comment
 *     case: long at the next open
 *     open: 10 11 12
 *     equity: 1000 1000 12000/11
 *
 * A case begins at a line `case: ...` and reaches to the next one; the other lines are `key:
 * value`. A key may come several times. A number may be a quotient a/b; `nan` is not-a-number. What
 * is broken in a file aborts the test with its line: a golden file is part of the test.
 */
#ifndef BT_TESTS_GOLDEN_H
#define BT_TESTS_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct golden_line {
  const char *key, *value;
  size_t number; /* in the file, from 1 */
} golden_line;

typedef struct golden_case {
  const char *name;
  const golden_line *lines; /* without `case:` itself */
  size_t n_lines;
} golden_case;

typedef struct golden_file {
  char path[256];
  char *text;
  golden_line *lines;
  golden_case *cases;
  size_t n_cases;
} golden_file;

/* Reads a file of the repository; false where there is none. Free with golden_free. */
bool golden_read(golden_file *out, const char *relative);
void golden_free(golden_file *file);

/* Aborts when a case has a key that is not in the list (NULL ends it): a typo would test nothing.
 */
void golden_allow(const golden_file *file, const char *const *keys);

/* The value of the index-th line with that key; NULL where there is none. */
const char *golden_text(const golden_case *c, const char *key, size_t index);

/* Its numbers, as a block that the caller frees, and how many; NULL and 0 where there is no such
 * line. */
double *golden_numbers(size_t *n, const golden_case *c, const char *key);

/* The one number of a line, or fallback where there is no such line. */
double golden_number(const golden_case *c, const char *key, double fallback);

/* Reads up to `most` numbers of text; returns how many. */
size_t golden_parse(double *out, size_t most, const char *text);

#endif
