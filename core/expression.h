/* expression.h - conditions such as `fast<slow` or `slow-fast>=10 && max_drawdown>=-0.3`.
 *
 * Grammar, loosest first: || (or), && (and), ! (not), one comparison (< <= > >= == !=), + -, * /,
 * unary -, numbers, names, ( ). A comparison gives 1 or 0; one with NaN is false, != included.
 * A compiled expression is immutable: many threads may evaluate it.
 */
#ifndef BT_CORE_EXPRESSION_H
#define BT_CORE_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

typedef struct bt_expression bt_expression;

/* Compiles text over the given names. The caller frees *out with bt_expression_free. Errors:
 * USAGE, with the column and, for an unknown name, the nearest known one ("column 6: unknown name
 * 'slwo'; did you mean 'slow'?"), NOMEM. */
bt_status bt_expression_new(bt_expression **out, const char *text, const char *const *names,
                            size_t n_names, bt_error *err);
void bt_expression_free(bt_expression *expression);

/* Whether names[name] stands in it. */
bool bt_expression_uses(const bt_expression *expression, size_t name);

/* Value with values[i] for names[i]. */
double bt_expression_value(const bt_expression *expression, const double *values);

/* True where the value is neither 0 nor NaN. */
bool bt_expression_holds(const bt_expression *expression, const double *values);

#endif
