/* result_columns.h - the columns that every view of results has, so that no parameter of a strategy
 * may be called so: results_STRATEGY has one column more for each parameter. Names are compared as
 * SQL does, which ignores the case of ASCII letters. */
#ifndef BT_CORE_RESULT_COLUMNS_H
#define BT_CORE_RESULT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of the view `results`; the metrics are the last. */
size_t bt_result_column_count(void);
const char *bt_result_column_at(size_t index);

/* Whether two names are one to SQL. */
bool bt_result_names_equal(const char *a, const char *b);

/* Whether one of the columns is called so. */
bool bt_result_has_column(const char *name);

/* Whether the view results_STRATEGY is another one that is always there. */
bool bt_result_has_view(const char *strategy);

#endif
