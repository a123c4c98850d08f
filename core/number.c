#include "core/number.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 480 }; /* characters of a number to read */

/* printf writes the locale's decimal point; whatever is no part of a number in C is that point. */
static void undo_locale(char *text)
{
  char *point = text + strspn(text, "+-0123456789");
  if (*point == '\0' || *point == 'e') return;
  size_t length = strcspn(point, "0123456789");
  memmove(point + 1, point + length, strlen(point + length) + 1);
  *point = '.';
}

char *bt_number_format(char buffer[BT_NUMBER_TEXT_SIZE], double value)
{
  if (isnan(value) || isinf(value)) {
    (void)snprintf(buffer, BT_NUMBER_TEXT_SIZE, "%s",
                   isnan(value) ? "nan"
                   : value > 0  ? "inf"
                                : "-inf");
    return buffer;
  }
  if (value == 0) return strcpy(buffer, "0"); /* -0 too */
  if (value == floor(value) && fabs(value) < 1e15) {
    (void)snprintf(buffer, BT_NUMBER_TEXT_SIZE, "%.0f", value);
    return buffer;
  }
  /* 15 digits always survive a double, except among the subnormals */
  for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
    int length = snprintf(buffer, BT_NUMBER_TEXT_SIZE, "%.*g", digits, value);
    if (length >= BT_NUMBER_TEXT_SIZE || strtod(buffer, NULL) == value)
      break; /* in the same locale as snprintf */
  }
  undo_locale(buffer);
  return buffer;
}

static const char *skip_digits(const char *text)
{
  return text + strspn(text, "0123456789");
}

/* Sets *point to where the decimal point stands (NULL: none); false when text is no number. */
static bool match_number(const char **point, const char *text)
{
  const char *p = text + (*text == '-' || *text == '+'), *end = skip_digits(p);
  ptrdiff_t n_digits = end - p;
  *point = NULL;
  if (*end == '.') {
    *point = end;
    p = end + 1;
    end = skip_digits(p);
    n_digits += end - p;
  }
  if (n_digits == 0) return false;
  if (*end == 'e' || *end == 'E') {
    p = end + 1 + (end[1] == '-' || end[1] == '+');
    end = skip_digits(p);
    if (end == p) return false;
  }
  return *end == '\0';
}

/* strtod in whatever locale: the point is written as that locale writes it. NaN for a text that is
 * too long. */
static double read_in_locale(const char *text, const char *point)
{
  char sample[16], local[TEXT_MOST + sizeof sample];
  if (strlen(text) > TEXT_MOST) return (double)NAN;
  (void)snprintf(sample, sizeof sample, "%.1f", 0.5);
  size_t before = point ? (size_t)(point - text) : strlen(text);
  sample[strlen(sample) - 1] = '\0'; /* 0, then the locale's point */
  int length = snprintf(local, sizeof local, "%.*s%s%s", (int)before, text, point ? sample + 1 : "",
                        point ? point + 1 : "");
  if (length < 0 || (size_t)length >= sizeof local) return (double)NAN;
  return strtod(local, NULL);
}

bool bt_number_parse(double *out, const char *text)
{
  const char *point = NULL;
  if (!match_number(&point, text)) return false;
  double value = read_in_locale(text, point);
  if (!isfinite(value)) return false;
  *out = value;
  return true;
}

bool bt_number_parse_scaled(double *out, const char *text, size_t length, int power)
{
  char scaled[TEXT_MOST + 1], exponent[16] = "";
  if (power != 0) (void)snprintf(exponent, sizeof exponent, "e%d", power);
  if (length + strlen(exponent) >= sizeof scaled) return false;
  memcpy(scaled, text, length);
  (void)strcpy(scaled + length, exponent);
  return length > 0 && bt_number_parse(out, scaled);
}

char *bt_number_format_percent(char buffer[BT_NUMBER_TEXT_SIZE], const char *text)
{
  double percent = 0;
  if (!bt_number_parse_scaled(&percent, text, strlen(text), 2)) { /* it has an exponent */
    (void)bt_number_parse(&percent, text);
    percent *= 100;
  }
  return bt_number_format(buffer, percent);
}

char *bt_number_group(char *digits, size_t size)
{
  size_t n = strlen(digits), n_commas = n > 0 ? (n - 1) / 3 : 0;
  if (n_commas == 0 || n + n_commas >= size) return digits;
  char *to = digits + n + n_commas;
  *to = '\0';
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && i % 3 == 0) *--to = ',';
    *--to = digits[n - 1 - i];
  }
  return digits;
}
