/* price_tables.h - what holding one share over any stretch of a ticker's bars does to the metrics,
 * in O(1): returns, drawdown, highest and lowest close. Immutable once made, shared by all threads.
 *
 * Leaves of a few bars with a disjoint sparse table over them: on every level, blocks of twice the
 * size are cut in the middle, and each leaf has the stretch from itself to the cut. Any two leaves
 * are parted by the cut of one level, so that what lies between them is one join. Some 90 bytes a
 * bar for 5,000 bars, 40 for a million.
 */
#ifndef BT_CORE_PRICE_TABLES_H
#define BT_CORE_PRICE_TABLES_H

#include "core/bars.h"
#include "core/status.h"
#include "core/stretch.h"

typedef struct bt_tables bt_tables;

/* Tables of bars, which must outlive *out, for a yearly risk-free rate. The caller frees *out with
 * bt_tables_free. Errors: NOMEM. */
bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_error *err);
void bt_tables_free(bt_tables *tables); /* NULL is fine */

size_t bt_tables_size_bytes(const bt_tables *tables);

/* What they were made of. */
const bt_bars *bt_tables_bars(const bt_tables *tables);
double bt_tables_periods_per_year(const bt_tables *tables);
double bt_tables_rf(const bt_tables *tables);
double bt_tables_floor(const bt_tables *tables); /* of the downside: rf / periods per year */

/* Whether every return of the closes is told apart from rounding: none lies so near to BT_NOISE or,
 * unless that is 0, to the floor that another way of rounding could put it on the other side. */
bool bt_tables_are_clear(const bt_tables *tables);

/* Bars [from, end), in units of close: the return of the first is from the close before, that of
 * bar 0 is 0. Empty where from >= end. */
bt_stretch bt_tables_stretch(const bt_tables *tables, size_t from, size_t end);

#endif
