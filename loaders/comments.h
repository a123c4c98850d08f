/* comments.h - lines that begin with #.
 *
 * They are no rows, wherever they stand: not counted, not reported. One of them before the data may
 * hold the names of the columns. But a row that somebody commented out, one whose rest has a date
 * and the four prices, is a bad row: among or right above the data it is counted as a bad date.
 */
#ifndef BT_LOADERS_COMMENTS_H
#define BT_LOADERS_COMMENTS_H

#include <stdbool.h>
#include <stddef.h>

enum { BT_COMMENTS_MOST = 8 };

/* The lines (1-based) of the last comments before line `data_line`; of those at the top of the text
 * where it is 0. Returns how many. */
size_t bt_comments__find(size_t lines[BT_COMMENTS_MOST], const char *text, size_t data_line);

/* Whether the line at `line` names the four prices in another order than files without a header
 * have them. */
bool bt_comments__have_other_order(const char *line);

#endif
