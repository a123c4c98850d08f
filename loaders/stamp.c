#include "loaders/stamp.h"

#include <string.h>
#include <strings.h>

#include "core/char.h"
#include "core/time.h"
#include "loaders/clock_text.h"

static bool set_date(bt_stamp *stamp, int year, int month, int day)
{
  bt_date date = {year, month, day};
  stamp->kind = BT_STAMP_DATE;
  return bt_date_is_valid(date) && bt_time_from_date(&stamp->local_ns, date, 0);
}

/* What follows a date: nothing, or a time of day and perhaps a zone. */
static bool read_rest(bt_stamp *stamp, const char *at, const char *end)
{
  while (at < end && *at == ' ') at++;
  if (at == end) return true;
  int64_t time_of_day_ns = 0;
  if (!bt_clock_text__read(&time_of_day_ns, &stamp->zone_min, at, end)) return false;
  stamp->local_ns += time_of_day_ns;
  stamp->has_time = true;
  stamp->ends_day = time_of_day_ns == BT_NS_PER_DAY;
  return true;
}

/* ---- digits alone: yyyymmdd, yyyymmddhhmmss, counts since 1970 ------------------------------ */

static int two_digits(const char *at)
{
  return (at[0] - '0') * 10 + (at[1] - '0');
}

static bool read_compact_date(bt_stamp *stamp, const char *at)
{
  int year = two_digits(at) * 100 + two_digits(at + 2);
  return year >= 1700 && year <= 2250 &&
         set_date(stamp, year, two_digits(at + 4), two_digits(at + 6));
}

static bool read_compact(bt_stamp *stamp, const char *at, size_t n_digits)
{
  if (n_digits != 8 && n_digits != 12 && n_digits != 14 && n_digits != 17) return false;
  if (!read_compact_date(stamp, at)) return false;
  if (n_digits == 8) return true;
  int hour = two_digits(at + 8), minute = two_digits(at + 10);
  int second = n_digits >= 14 ? two_digits(at + 12) : 0;
  int millisecond = n_digits == 17 ? two_digits(at + 14) * 10 + (at[16] - '0') : 0;
  stamp->ends_day = hour == 24 && minute == 0 && second == 0 && millisecond == 0;
  if ((hour > 23 && !stamp->ends_day) || minute > 59 || second > 59) return false;
  stamp->local_ns += ((hour * 60 + minute) * INT64_C(60) + second) * BT_NS_PER_SECOND;
  stamp->local_ns += millisecond * INT64_C(1000000);
  stamp->has_time = true;
  return true;
}

/* The unit shows in the size: up to the year 2262 seconds have at most 10 digits, milliseconds 13,
 * microseconds 16. Near 1970 it does not, so that the file as a whole decides (loaders/epoch.h).
 * Fewer than 9 digits may be a serial number of some kind as well. */
static bool set_epoch(bt_stamp *stamp, int64_t count, int n_digits, int64_t fraction_ns)
{
  static const struct {
    int digits_most;
    int64_t unit_ns;
  } units[BT_N_UNITS] = {{10, 1000000000}, {13, 1000000}, {16, 1000}, {19, 1}};
  size_t u = BT_UNIT_SECOND;
  while (u < BT_UNIT_NANOSECOND &&
         (n_digits > units[u].digits_most || count > INT64_MAX / units[u].unit_ns - 1 ||
          count < -(INT64_MAX / units[u].unit_ns - 1)))
    u++;
  stamp->kind = n_digits >= 9 ? BT_STAMP_EPOCH : BT_STAMP_SMALL_NUMBER;
  stamp->unit = (uint8_t)u;
  stamp->local_ns = count * units[u].unit_ns + fraction_ns / (BT_NS_PER_SECOND / units[u].unit_ns);
  stamp->has_time = true;
  return bt_time_has_day(bt_time_days(stamp->local_ns));
}

/* .0 and .00 behind a date or count that went through floating point, .123 behind seconds. */
static bool read_fraction(int64_t *out_ns, const char *at, const char *end)
{
  int64_t unit_ns = BT_NS_PER_SECOND;
  *out_ns = 0;
  if (at == end) return true;
  if (*at != '.') return false;
  for (at++; at < end; at++) {
    if (!bt_char_is_digit(*at)) return false;
    unit_ns /= 10;
    *out_ns += unit_ns * (*at - '0');
  }
  return true;
}

static bool parse_digits(bt_stamp *stamp, const char *text, size_t n_digits, const char *end)
{
  bool negative = *text == '-';
  const char *at = text + negative;
  int64_t fraction_ns;
  bool fraction_fits = read_fraction(&fraction_ns, at + n_digits, end);
  if (!negative && read_compact(stamp, at, n_digits)) {
    stamp->n_compact = (uint8_t)n_digits;
    if (fraction_fits && fraction_ns == 0) return true;
    /* what follows belongs to the time: 20210304 14:30, 20210304143000.250, 202103041430Z */
    *stamp = (bt_stamp){0};
    if (n_digits <= 14 && read_compact_date(stamp, at) && read_rest(stamp, at + 8, end))
      return true;
  }
  *stamp = (bt_stamp){0};
  if (!fraction_fits || n_digits == 0 || n_digits > 19) return false;
  uint64_t count = 0;
  for (size_t i = 0; i < n_digits; i++) count = count * 10 + (uint64_t)(at[i] - '0');
  if (count > INT64_MAX) return false;
  int64_t signed_count = negative ? -(int64_t)count : (int64_t)count;
  return set_epoch(stamp, signed_count, (int)n_digits, negative ? -fraction_ns : fraction_ns);
}

bool bt_stamp__take_as_count(bt_stamp *stamp)
{
  int64_t midnight_ns = bt_time_days(stamp->local_ns) * BT_NS_PER_DAY;
  if (stamp->ends_day) midnight_ns -= BT_NS_PER_DAY;
  bt_date date = bt_date_from_days(bt_time_days(midnight_ns));
  int64_t millisecond = (stamp->local_ns - midnight_ns) / 1000000, second = millisecond / 1000;
  int64_t count = (date.year * INT64_C(100) + date.month) * 100 + date.day;
  if (stamp->n_compact >= 12) count = (count * 100 + second / 3600) * 100 + second / 60 % 60;
  if (stamp->n_compact >= 14) count = count * 100 + second % 60;
  if (stamp->n_compact == 17) count = count * 1000 + millisecond % 1000;
  int n_digits = stamp->n_compact;
  *stamp = (bt_stamp){0};
  if (set_epoch(stamp, count, n_digits, 0)) return true;
  stamp->kind = BT_STAMP_NO_DATE;
  return false;
}

/* ---- three parts: numbers, or two numbers and the name of a month --------------------------- */

typedef struct part {
  int value;
  int n_digits; /* 0: the name of a month */
} part;

/* 1-12, or 0. English names in full or cut to three letters or more; of other languages the
 * abbreviations that differ from the English ones. */
static int month_number(const char *word, size_t length)
{
  static const char *const names[] = {"january",   "february", "march",    "april",
                                      "may",       "june",     "july",     "august",
                                      "september", "october",  "november", "december"};
  static const struct {
    const char *word;
    int month;
  } others[] = {{"ene", 1},  {"fev", 2}, {"mrz", 3},  {"abr", 4},  {"mai", 5},  {"mei", 5},
                {"ago", 8},  {"set", 9}, {"okt", 10}, {"out", 10}, {"dez", 12}, {"dic", 12},
                {"sept", 9}, {"gen", 1}, {"mag", 5},  {"giu", 6},  {"lug", 7},  {"ott", 10}};
  for (int m = 0; m < 12; m++)
    if (length >= 3 && length <= strlen(names[m]) && strncasecmp(word, names[m], length) == 0)
      return m + 1;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (strlen(others[i].word) == length && strncasecmp(word, others[i].word, length) == 0)
      return others[i].month;
  return 0;
}

bool bt_stamp__is_weekday(const char *word, size_t length)
{
  static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};
  for (size_t i = 0; i < 7; i++)
    if (length >= 3 && length <= strlen(names[i]) && strncasecmp(word, names[i], length) == 0)
      return true;
  return false;
}

static bool read_part(part *out, const char **at, const char *end)
{
  const char *start = *at;
  if (start < end && bt_char_is_digit(*start)) {
    int value = 0, n_digits = 0;
    for (; *at < end && bt_char_is_digit(**at) && n_digits < 5; (*at)++, n_digits++)
      value = value * 10 + (**at - '0');
    *out = (part){value, n_digits};
    return n_digits == 4 || n_digits <= 2;
  }
  while (*at < end && bt_char_is_letter(**at)) (*at)++;
  *out = (part){month_number(start, (size_t)(*at - start)), 0};
  return out->value > 0;
}

/* One of - / . between parts, or blanks and a comma: "Mar 18, 2022". */
static char read_separator(const char **at, const char *end)
{
  char found = '\0';
  for (; *at < end; (*at)++) {
    char c = **at;
    bool blank = c == ' ' || c == ',';
    if (!blank && c != '-' && c != '/' && c != '.') break;
    if (!blank && found != '\0' && found != ' ') return '\0';
    if (found == '\0' || !blank) found = blank ? ' ' : c;
  }
  return found;
}

static void skip_weekday(const char **at, const char *end)
{
  const char *word = *at, *after = *at;
  while (after < end && bt_char_is_letter(*after)) after++;
  if (!bt_stamp__is_weekday(word, (size_t)(after - word))) return;
  while (after < end && (*after == ' ' || *after == ',' || *after == '.')) after++;
  *at = after;
}

static int full_year(part year)
{
  if (year.n_digits == 4) return year.value;
  return year.value + (year.value < 69 ? 2000 : 1900);
}

/* 4-Mar-21, Mar 4 2021, 2021-Mar-4. */
static bool set_named(bt_stamp *stamp, const part parts[3])
{
  if (parts[1].n_digits == 0 && parts[0].n_digits == 4)
    return parts[2].n_digits <= 2 && parts[2].n_digits > 0 &&
           set_date(stamp, parts[0].value, parts[1].value, parts[2].value);
  size_t month = parts[0].n_digits == 0 ? 0 : 1;
  part day = parts[1 - month];
  if (parts[month].n_digits != 0 || day.n_digits == 0 || day.n_digits > 2) return false;
  if (parts[2].n_digits != 2 && parts[2].n_digits != 4) return false;
  return set_date(stamp, full_year(parts[2]), parts[month].value, day.value);
}

static bool set_numeric(bt_stamp *stamp, const part parts[3], char mark)
{
  if (parts[0].n_digits == 4)
    return parts[1].n_digits <= 2 && parts[2].n_digits <= 2 &&
           set_date(stamp, parts[0].value, parts[1].value, parts[2].value);
  if (parts[0].n_digits > 2 || parts[1].n_digits > 2) return false;
  stamp->kind = BT_STAMP_PARTS;
  stamp->mark = (uint8_t)(strchr(BT_DATE_MARKS, mark) - BT_DATE_MARKS);
  stamp->short_year = parts[2].n_digits <= 2;
  stamp->part[0] = (uint8_t)parts[0].value;
  stamp->part[1] = (uint8_t)parts[1].value;
  stamp->last_part = (int16_t)parts[2].value;
  return true;
}

/* Jan 4 14:30:00 2021, as C writes it: the year stands behind the time. */
static bool read_year_last(bt_stamp *stamp, const part parts[2], const char *at, const char *end)
{
  if (parts[0].n_digits != 0 || parts[1].n_digits == 0 || end - at < 5 || end[-5] != ' ')
    return false;
  for (const char *digit = end - 4; digit < end; digit++)
    if (!bt_char_is_digit(*digit)) return false;
  int year = two_digits(end - 4) * 100 + two_digits(end - 2);
  return set_date(stamp, year, parts[0].value, parts[1].value) && read_rest(stamp, at, end - 5) &&
         stamp->has_time;
}

/* What stands before a part; a name needs nothing: 29JAN2021. */
static bool read_joint(char *separator, const char **at, const char *end)
{
  const char *start = *at;
  *separator = read_separator(at, end);
  return *separator != '\0' ||
         (*at == start && start < end && bt_char_is_letter(start[-1]) != bt_char_is_letter(*start));
}

static bool parse_parts(bt_stamp *stamp, const char *at, const char *end)
{
  part parts[3];
  skip_weekday(&at, end);
  char separators[2] = {0};
  for (int i = 0; i < 3; i++) {
    const char *after = at;
    if (i > 0 && !read_joint(&separators[i - 1], &at, end)) return false;
    if (!read_part(&parts[i], &at, end)) return false;
    if (i == 2 && parts[2].n_digits <= 2 && at < end && *at == ':')
      return read_year_last(stamp, parts, after, end);
  }
  bool named = parts[0].n_digits == 0 || parts[1].n_digits == 0 || parts[2].n_digits == 0;
  if (named && !set_named(stamp, parts)) return false;
  if (!named && (separators[0] != separators[1] || !set_numeric(stamp, parts, separators[0])))
    return false;
  return read_rest(stamp, at, end);
}

/* ---- the forms ------------------------------------------------------------------------------ */

/* 2021-03-04, 2021/03/04, 2021.03.04: nearly every row of nearly every file. */
static inline bool starts_year_first(const char *text, size_t length)
{
  return length >= 10 && bt_char_is_digit(text[0]) && bt_char_is_digit(text[1]) &&
         bt_char_is_digit(text[2]) && bt_char_is_digit(text[3]) && text[4] == text[7] &&
         (text[4] == '-' || text[4] == '/' || text[4] == '.') && bt_char_is_digit(text[5]) &&
         bt_char_is_digit(text[6]) && bt_char_is_digit(text[8]) && bt_char_is_digit(text[9]);
}

bool bt_stamp__parse(bt_stamp *out, const char *text, size_t length)
{
  *out = (bt_stamp){0};
  const char *end = text + length;
  if (starts_year_first(text, length)) {
    int year = two_digits(text) * 100 + two_digits(text + 2);
    if (!set_date(out, year, two_digits(text + 5), two_digits(text + 8))) return false;
    return length == 10 || read_rest(out, text + 10, end);
  }
  while (text < end && *text == ' ') text++;
  while (end > text && end[-1] == ' ') end--;
  if (text == end) return false;
  size_t n_digits = 0;
  const char *digits = text + (*text == '-');
  while (digits + n_digits < end && bt_char_is_digit(digits[n_digits])) n_digits++;
  if (n_digits > 4 || *text == '-' || digits + n_digits == end)
    return parse_digits(out, text, n_digits, end);
  return parse_parts(out, text, end);
}

bool bt_stamp__parse_time(int64_t *out_ns, int16_t *zone_min, const char *text, size_t length)
{
  const char *end = text + length;
  while (text < end && *text == ' ') text++;
  while (end > text && end[-1] == ' ') end--;
  return bt_clock_text__read(out_ns, zone_min, text, end);
}
