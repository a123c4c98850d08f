#include "tests/support/golden.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/paths.h"

static void *must_alloc(size_t n, size_t size)
{
  void *block = calloc(n ? n : 1, size);
  if (!block) abort();
  return block;
}

static char *read_text(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  size_t size = 0, capacity = 1 << 16;
  char *text = must_alloc(capacity, 1);
  for (size_t got; (got = fread(text + size, 1, capacity - size - 1, file)) > 0;) {
    size += got;
    if (capacity - size > 1) continue;
    char *more = realloc(text, capacity *= 2);
    if (!more) abort();
    text = more;
  }
  text[size] = '\0';
  (void)fclose(file);
  return text;
}

static char *trim(char *text)
{
  while (isspace((unsigned char)*text)) text++;
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1])) text[--length] = '\0';
  return text;
}

static void die(const char *path, size_t line, const char *what)
{
  (void)fprintf(stderr, "%s:%zu: %s\n", path, line, what);
  abort();
}

/* Enters one line, already trimmed, into the cases. */
static void add_line(golden_file *file, size_t *n_lines, char *line, size_t number)
{
  char *colon = strchr(line, ':');
  if (!colon) die(file->path, number, "expected `key: value`");
  *colon = '\0';
  const char *value = trim(colon + 1);
  if (strcmp(line, "case") == 0) {
    file->cases[file->n_cases++] = (golden_case){value, file->lines + *n_lines, 0};
    return;
  }
  if (file->n_cases == 0) die(file->path, number, "a line before the first `case:`");
  file->lines[(*n_lines)++] = (golden_line){line, value, number};
  file->cases[file->n_cases - 1].n_lines++;
}

bool golden_read(golden_file *out, const char *relative)
{
  char path[TEST_PATH_SIZE];
  *out = (golden_file){.text = read_text(test_root_path(path, relative))};
  if (!out->text) return false;
  (void)snprintf(out->path, sizeof out->path, "%s", relative);
  size_t room = 1, n_lines = 0, number = 1;
  for (const char *p = out->text; *p; p++) room += *p == '\n';
  out->lines = must_alloc(room, sizeof *out->lines);
  out->cases = must_alloc(room, sizeof *out->cases);
  for (char *line = out->text, *next; line; line = next, number++) {
    next = strchr(line, '\n');
    if (next) *next++ = '\0';
    line = trim(line);
    if (*line && *line != '#') add_line(out, &n_lines, line, number);
  }
  if (out->n_cases == 0) die(out->path, number, "no case in this file");
  return true;
}

void golden_free(golden_file *file)
{
  free(file->text);
  free(file->lines);
  free(file->cases);
  *file = (golden_file){0};
}

static bool is_listed(const char *const *keys, const char *key)
{
  for (; *keys; keys++)
    if (strcmp(*keys, key) == 0) return true;
  return false;
}

void golden_allow(const golden_file *file, const char *const *keys)
{
  for (size_t i = 0; i < file->n_cases; i++)
    for (size_t k = 0; k < file->cases[i].n_lines; k++)
      if (!is_listed(keys, file->cases[i].lines[k].key))
        die(file->path, file->cases[i].lines[k].number, "unknown key");
}

const char *golden_text(const golden_case *c, const char *key, size_t index)
{
  for (size_t i = 0; i < c->n_lines; i++)
    if (strcmp(c->lines[i].key, key) == 0 && index-- == 0) return c->lines[i].value;
  return NULL;
}

size_t golden_parse(double *out, size_t most, const char *text)
{
  size_t n = 0;
  while (*text) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text && *end == '/') {
      const char *divisor = end + 1;
      value /= strtod(divisor, &end);
      if (end == divisor) end = NULL;
    }
    if (!end || end == text || (*end && !isspace((unsigned char)*end)) || n == most) {
      (void)fprintf(stderr, "golden file: not numbers, or too many: '%s'\n", text);
      abort();
    }
    out[n++] = value;
    for (text = end; isspace((unsigned char)*text);) text++;
  }
  return n;
}

double *golden_numbers(size_t *n, const golden_case *c, const char *key)
{
  const char *text = golden_text(c, key, 0);
  *n = 0;
  if (!text) return NULL;
  size_t most = strlen(text) / 2 + 1;
  double *values = must_alloc(most, sizeof *values);
  *n = golden_parse(values, most, text);
  return values;
}

double golden_number(const golden_case *c, const char *key, double fallback)
{
  const char *text = golden_text(c, key, 0);
  double value = fallback;
  if (text && golden_parse(&value, 1, text) != 1) abort();
  return value;
}
