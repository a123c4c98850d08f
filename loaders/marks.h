/* marks.h - the decimal mark of a file whose first rows do not show it.
 *
 * Prices may be whole numbers for long before the first 10,125 comes: ten and an eighth, or ten
 * thousand. The numbers beside it tell: prices of one row, and of the row before, are near each
 * other in one of the readings.
 */
#ifndef BT_LOADERS_MARKS_H
#define BT_LOADERS_MARKS_H

#include "loaders/columns.h"

/* '.' or ',' from the prices of all rows, `otherwise` where nothing shows it. `rows` is the text
 * from the first data row on, with a NUL behind it. */
char bt_marks__find(const char *rows, const bt_columns *columns, char separator, char otherwise);

#endif
