#include "cli/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

char *bt_text_count(char buffer[BT_TEXT_SIZE], uint64_t count)
{
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRIu64, count), used = 0;
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) buffer[used++] = ',';
    buffer[used++] = digits[i];
  }
  buffer[used] = '\0';
  return buffer;
}

char *bt_text_counted(char buffer[BT_TEXT_SIZE], uint64_t count, const char *noun)
{
  size_t used = strlen(bt_text_count(buffer, count));
  (void)snprintf(buffer + used, BT_TEXT_SIZE - used, " %s%s", noun, count == 1 ? "" : "s");
  return buffer;
}

/* C0 and C1 control characters; the latter are c2 80 to c2 9f in UTF-8. */
static bool is_control(const unsigned char *at)
{
  return *at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f);
}

char *bt_text_line(char *buffer, size_t size, const char *text)
{
  size_t n = 0;
  const unsigned char *at = (const unsigned char *)text;
  while (*at && n + 1 < size) {
    if (is_control(at)) {
      buffer[n++] = '?';
      at += *at == 0xc2 ? 2 : 1;
    } else {
      buffer[n++] = (char)*at++;
    }
  }
  while (n > 0 && (*at & 0xc0) == 0x80) at--, n--; /* no half character at the end */
  buffer[n] = '\0';
  return buffer;
}

char *bt_text_bytes(char buffer[BT_TEXT_SIZE], uint64_t bytes)
{
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = (double)bytes;
  int unit = 0;
  for (; value >= 999.5 && unit < 4; unit++) value /= 1000;
  (void)snprintf(buffer, BT_TEXT_SIZE, unit && value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                 units[unit]);
  return buffer;
}

/* Rounded first, so that no 60 s stand behind a minute. */
char *bt_text_duration(char buffer[BT_TEXT_SIZE], double seconds)
{
  double whole = floor(seconds + 0.5), minutes = floor(seconds / 60 + 0.5);
  if (whole < 60)
    (void)snprintf(buffer, BT_TEXT_SIZE, seconds < 9.995 ? "%.2f s" : "%.0f s", seconds);
  else if (whole < 3600)
    (void)snprintf(buffer, BT_TEXT_SIZE, "%.0f min %.0f s", floor(whole / 60), fmod(whole, 60));
  else
    (void)snprintf(buffer, BT_TEXT_SIZE, "%.0f h %.0f min", floor(minutes / 60), fmod(minutes, 60));
  return buffer;
}

char *bt_text_rate(char buffer[BT_TEXT_SIZE], double per_second)
{
  static const char *const units[] = {"", "k", "M", "G"};
  int unit = 0;
  for (; per_second >= 999.5 && unit < 3; unit++) per_second /= 1000;
  (void)snprintf(buffer, BT_TEXT_SIZE, per_second < 9.95 ? "%.1f%s%s" : "%.0f%s%s", per_second,
                 unit ? " " : "", units[unit]);
  return buffer;
}
