/* clock_text.h - times of day and zone offsets as files write them. */
#ifndef BT_LOADERS_CLOCK_TEXT_H
#define BT_LOADERS_CLOCK_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Reads all of [at, end): an optional T, _ or other sign between date and time; 14:30[:00[.000]],
 * 143000, 1430, 2:30 PM, 02-PM; then an optional zone: Z, UTC, GMT, +05:30, -0500, GMT+0800.
 * 24:00 is the end of the day. *zone_min (minutes east of Greenwich) is left alone where there is
 * no zone. */
bool bt_clock_text__read(int64_t *out_ns, int16_t *zone_min, const char *at, const char *end);

/* Reads all of [at, end) where a column has times of day as whole numbers: 930 is 9:30 and 30 half
 * past midnight; or, if all of them have seconds, 30 is 00:00:30. */
bool bt_clock_text__read_joined(int64_t *out_ns, const char *at, const char *end,
                                bool with_seconds);

#endif
