#include "core/result_columns.h"

#include "core/char.h"

static const char *const columns[] = {
    "run_id",    "ticker_id", "symbol",      "strategy",  "combo_id",   "params",
    "window_id", "phase",     "train_start", "train_end", "test_start", "test_end",
#define X(id, name, unit, whole, definition, source) name,
#include "core/metrics.def"
#undef X
};

enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

size_t bt_result_column_count(void)
{
  return N_COLUMNS;
}

const char *bt_result_column_at(size_t index)
{
  return columns[index];
}

static char lower(char c)
{
  return bt_char_is_letter(c) ? (char)(c | 0x20) : c;
}

bool bt_result_names_equal(const char *a, const char *b)
{
  while (*a && lower(*a) == lower(*b)) a++, b++;
  return lower(*a) == lower(*b);
}

bool bt_result_has_column(const char *name)
{
  for (size_t i = 0; i < N_COLUMNS; i++)
    if (bt_result_names_equal(columns[i], name)) return true;
  return false;
}

bool bt_result_has_view(const char *strategy)
{
  return bt_result_names_equal(strategy, "all");
}
