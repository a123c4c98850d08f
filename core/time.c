#include "core/time.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/char.h"

static bool is_leap(int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int bt_date_days_in_month(int year, int month)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

bool bt_date_is_valid(bt_date date)
{
  return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= bt_date_days_in_month(date.year, date.month);
}

/* Both conversions count in eras of 400 years whose years begin on 1 March, so that the leap day is
 * the last day of a year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
int64_t bt_date_to_days(bt_date date)
{
  int64_t year = date.year - (date.month <= 2);
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t month_from_march = date.month + (date.month > 2 ? -3 : 9);
  int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

bt_date bt_date_from_days(int64_t days)
{
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  bt_date date;
  date.day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = (int)(year_of_era + era * 400 + (date.month <= 2));
  return date;
}

int64_t bt_time_days(int64_t time_ns)
{
  int64_t days = time_ns / BT_NS_PER_DAY;
  return days - (time_ns % BT_NS_PER_DAY < 0);
}

int bt_time_weekday(int64_t time_ns)
{
  int64_t weekday = (bt_time_days(time_ns) + 3) % 7; /* 1970-01-01 was a Thursday */
  return (int)(weekday < 0 ? weekday + 7 : weekday);
}

bool bt_time_has_day(int64_t days)
{
  const int64_t most_days = INT64_MAX / BT_NS_PER_DAY - 1;
  return days <= most_days && days >= -most_days;
}

bool bt_time_from_date(int64_t *out_ns, bt_date date, int64_t time_of_day_ns)
{
  int64_t days = bt_date_to_days(date);
  if (!bt_time_has_day(days)) return false;
  *out_ns = days * BT_NS_PER_DAY + time_of_day_ns;
  return true;
}

/* Reads exactly n_digits digits; NULL when they are not there. */
static const char *read_digits(int *out, const char *text, int n_digits)
{
  int value = 0;
  for (int i = 0; i < n_digits; i++) {
    if (!bt_char_is_digit(text[i])) return NULL;
    value = value * 10 + (text[i] - '0');
  }
  *out = value;
  return text + n_digits;
}

/* Reads .123456789 (any number of digits, those past nine are dropped). */
static const char *read_fraction(int64_t *out_ns, const char *text)
{
  int64_t scale = BT_NS_PER_SECOND, value = 0;
  if (!bt_char_is_digit(*text)) return NULL;
  for (; bt_char_is_digit(*text); text++) {
    if (scale == 1) continue;
    scale /= 10;
    value += scale * (*text - '0');
  }
  *out_ns = value;
  return text;
}

/* Reads HH:MM[:SS[.fraction]]; NULL when it is not one. */
static const char *read_time_of_day(int64_t *out_ns, const char *text)
{
  int hour = 0, minute = 0, second = 0;
  int64_t fraction_ns = 0;
  text = read_digits(&hour, text, 2);
  if (!text || *text != ':') return NULL;
  text = read_digits(&minute, text + 1, 2);
  if (text && *text == ':') {
    text = read_digits(&second, text + 1, 2);
    if (text && *text == '.') text = read_fraction(&fraction_ns, text + 1);
  }
  if (!text || hour > 23 || minute > 59 || second > 59) return NULL;
  *out_ns = ((hour * 60 + minute) * INT64_C(60) + second) * BT_NS_PER_SECOND + fraction_ns;
  return text;
}

bool bt_time_parse(int64_t *out_ns, bool *has_time, const char *text)
{
  bt_date date;
  int64_t time_of_day_ns = 0;
  text = read_digits(&date.year, text, 4);
  if (!text || *text != '-') return false;
  text = read_digits(&date.month, text + 1, 2);
  if (!text || *text != '-') return false;
  text = read_digits(&date.day, text + 1, 2);
  if (!text || !bt_date_is_valid(date)) return false;
  bool timed = *text == 'T' || *text == ' ';
  if (timed) {
    text = read_time_of_day(&time_of_day_ns, text + 1);
    if (!text) return false;
    if (*text == 'Z') text++;
  }
  if (*text != '\0' || !bt_time_from_date(out_ns, date, time_of_day_ns)) return false;
  if (has_time) *has_time = timed;
  return true;
}

char *bt_time_format(char buffer[BT_TIME_TEXT_SIZE], int64_t time_ns, bool daily)
{
  int64_t days = bt_time_days(time_ns);
  int64_t rest_ns = time_ns % BT_NS_PER_DAY; /* the midnight before may lie below int64 */
  if (rest_ns < 0) rest_ns += BT_NS_PER_DAY;
  bt_date date = bt_date_from_days(days);
  int64_t seconds = rest_ns / BT_NS_PER_SECOND, fraction_ns = rest_ns % BT_NS_PER_SECOND;
  int used = snprintf(buffer, BT_TIME_TEXT_SIZE, "%04d-%02d-%02d", date.year, date.month, date.day);
  size_t room = BT_TIME_TEXT_SIZE - (size_t)used;
  if (daily && rest_ns == 0) return buffer;
  used += snprintf(buffer + used, room, "T%02d:%02d:%02d", (int)(seconds / 3600),
                   (int)(seconds / 60 % 60), (int)(seconds % 60));
  room = BT_TIME_TEXT_SIZE - (size_t)used;
  if (fraction_ns != 0 && fraction_ns % 1000000 == 0)
    (void)snprintf(buffer + used, room, ".%03" PRId64, fraction_ns / 1000000);
  else if (fraction_ns != 0)
    (void)snprintf(buffer + used, room, ".%09" PRId64, fraction_ns);
  return buffer;
}

size_t bt_time_find(const int64_t *rising, size_t n, int64_t value)
{
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (rising[middle] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
