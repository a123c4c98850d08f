/* plain.h - files of the plain kind, read in one pass straight into bars.
 *
 * In all rows of a plain file the date is yyyy-mm-dd, or in all of them it is followed by hh:mm or
 * hh:mm:ss behind a blank or a T; prices, volumes and the adjusted close (where it is asked for)
 * are digits[.digits], at most 19; the symbol is that of the first row, byte for byte. There are no
 * quotes, no blank lines and no comments between the rows, no zones and no times in a column of
 * their own. Times rise or fall from row to row, and no row has a fault. Fields that are not needed
 * may hold anything. Such a file gives the bars that the long way (rows.h, clean.h) gives, to the
 * last bit, and nothing to report; of all other files this way knows nothing but that they are
 * others.
 */
#ifndef BT_LOADERS_PLAIN_H
#define BT_LOADERS_PLAIN_H

#include "core/bars.h"
#include "core/status.h"
#include "loaders/format.h"

/* Bars of a plain file, rising; *out is NULL where the file is another one. `adjust` asks for the
 * adjusted close; it has a column then. The text ends in its margin (source.h). The caller frees
 * *out. Errors: NOMEM. */
bt_status bt_plain__read(bt_bars **out, const bt_format *format, const bt_format_input *input,
                         bool adjust, bt_error *err);

#endif
