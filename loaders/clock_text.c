#include "loaders/clock_text.h"

#include <strings.h>

#include "core/char.h"
#include "core/time.h"

/* A time of day while it is read. */
typedef struct clock_reading {
  int hour, minute, second;
  int64_t fraction_ns;
} clock_reading;

static void skip_blanks(const char **at, const char *end)
{
  while (*at < end && **at == ' ') (*at)++;
}

static int count_digits(const char *at, const char *end)
{
  int n = 0;
  while (at + n < end && bt_char_is_digit(at[n])) n++;
  return n;
}

/* Takes n digits that are known to be there. */
static int take_number(const char **at, int n_digits)
{
  int value = 0;
  for (; n_digits > 0; n_digits--) value = value * 10 + (*(*at)++ - '0');
  return value;
}

/* One or two digits behind a colon. */
static bool take_field(int *out, const char **at, const char *end)
{
  int n = count_digits(*at, end);
  if (n < 1 || n > 2) return false;
  *out = take_number(at, n);
  return true;
}

/* .123456789 behind seconds: further digits are dropped, as no clock has them. */
static void take_fraction(clock_reading *c, const char **at, const char *end)
{
  if (*at + 1 >= end || (**at != '.' && **at != ',') || !bt_char_is_digit((*at)[1])) return;
  int64_t unit_ns = BT_NS_PER_SECOND;
  for ((*at)++; *at < end && bt_char_is_digit(**at); (*at)++) {
    unit_ns /= 10;
    c->fraction_ns += unit_ns * (**at - '0');
  }
}

/* hhmmss or hhmm, where a program may have dropped the zero in front: 93000, 930. */
static bool take_joined(clock_reading *c, const char **at, int n_digits)
{
  if (n_digits < 1 || n_digits > 6 || n_digits == 2) return false;
  int value = take_number(at, n_digits);
  if (n_digits >= 5) {
    c->second = value % 100;
    value /= 100;
  }
  c->hour = value / 100;
  c->minute = value % 100;
  return n_digits > 1 || value == 0; /* a lone 0 is midnight; a lone 5 is anything */
}

/* AM or PM, perhaps behind a blank or a dash: "06-AM" holds an hour alone. */
static bool take_half(clock_reading *c, const char **at, const char *end, bool *found)
{
  const char *look = *at;
  while (look < end && (*look == ' ' || *look == '-')) look++;
  *found = end - look >= 2 && (look[1] | 0x20) == 'm' &&
           ((look[0] | 0x20) == 'a' || (look[0] | 0x20) == 'p');
  if (!*found) return true;
  if (c->hour < 1 || c->hour > 12) return false;
  c->hour = c->hour % 12 + ((look[0] | 0x20) == 'p' ? 12 : 0);
  *at = look + 2;
  return true;
}

static bool take_clock(clock_reading *c, const char **at, const char *end)
{
  bool half = false;
  int n_digits = count_digits(*at, end);
  if (n_digits == 0) return false;
  if (n_digits <= 2 && *at + n_digits < end && (*at)[n_digits] == ':') {
    c->hour = take_number(at, n_digits);
    (*at)++;
    if (!take_field(&c->minute, at, end)) return false;
    if (*at < end && **at == ':') {
      (*at)++;
      if (!take_field(&c->second, at, end)) return false;
      take_fraction(c, at, end);
    }
    return take_half(c, at, end, &half);
  }
  if (n_digits <= 2) { /* an hour alone needs its AM or PM */
    const char *after = *at;
    c->hour = take_number(&after, n_digits);
    if (!take_half(c, &after, end, &half)) return false;
    if (half) {
      *at = after;
      return true;
    }
    *c = (clock_reading){0};
  }
  if (!take_joined(c, at, n_digits)) return false;
  if (n_digits >= 5) take_fraction(c, at, end);
  return true;
}

/* +05:30, -0500, +08. */
static bool take_offset(int *out_min, const char **at, const char *end)
{
  int sign = **at == '-' ? -1 : 1;
  (*at)++;
  int n_digits = count_digits(*at, end), hours, minutes = 0;
  if (n_digits == 4) {
    hours = take_number(at, 2);
    minutes = take_number(at, 2);
  } else if (n_digits == 1 || n_digits == 2) {
    hours = take_number(at, n_digits);
    if (*at < end && **at == ':') {
      (*at)++;
      if (count_digits(*at, end) < 2) return false;
      minutes = take_number(at, 2);
      if (*at + 2 < end && **at == ':') *at += 3; /* +00:00:00, as some libraries write */
    }
  } else {
    return false;
  }
  if (hours > 15 || minutes > 59) return false;
  *out_min = sign * (hours * 60 + minutes);
  return true;
}

static bool take_zone(int16_t *zone_min, const char **at, const char *end)
{
  skip_blanks(at, end);
  if (*at == end) return true;
  int offset_min = 0;
  bool named =
      end - *at >= 3 && (strncasecmp(*at, "UTC", 3) == 0 || strncasecmp(*at, "GMT", 3) == 0);
  if (named)
    *at += 3;
  else if ((**at | 0x20) == 'z')
    (*at)++;
  else if (**at != '+' && **at != '-')
    return false;
  if (*at < end && (**at == '+' || **at == '-') && !take_offset(&offset_min, at, end)) return false;
  *zone_min = (int16_t)offset_min;
  return true;
}

static bool finish_clock(int64_t *out_ns, const clock_reading *c)
{
  bool ends_day = c->hour == 24 && c->minute == 0 && c->second == 0 && c->fraction_ns == 0;
  if ((c->hour > 23 && !ends_day) || c->minute > 59 || c->second > 59) return false;
  *out_ns =
      ((c->hour * 60 + c->minute) * INT64_C(60) + c->second) * BT_NS_PER_SECOND + c->fraction_ns;
  return true;
}

bool bt_clock_text__read_joined(int64_t *out_ns, const char *at, const char *end, bool with_seconds)
{
  clock_reading c = {0};
  ptrdiff_t n_digits = end - at;
  if (n_digits < 1 || n_digits > 6 || count_digits(at, end) != n_digits) return false;
  with_seconds = with_seconds || n_digits > 4;
  if (*at == '0' && n_digits > 1 && n_digits != (with_seconds ? 6 : 4)) return false;
  int value = take_number(&at, (int)n_digits);
  if (with_seconds) {
    c.second = value % 100;
    value /= 100;
  }
  c.hour = value / 100;
  c.minute = value % 100;
  return finish_clock(out_ns, &c);
}

bool bt_clock_text__read(int64_t *out_ns, int16_t *zone_min, const char *at, const char *end)
{
  clock_reading c = {0};
  skip_blanks(&at, end);
  if (at < end && (*at == 'T' || *at == 't' || *at == '_' || *at == ',' || *at == ';' ||
                   *at == ':' || *at == '-'))
    at++;
  skip_blanks(&at, end);
  if (!take_clock(&c, &at, end) || !take_zone(zone_min, &at, end)) return false;
  skip_blanks(&at, end);
  return at == end && finish_clock(out_ns, &c);
}
