#include "runners/feature_csv.h"

#include <math.h>
#include <string.h>

#include "core/number.h"
#include "core/time.h"

static bool append_text(bt_buffer *out, const char *text)
{
  return bt_buffer__append(out, text, strlen(text));
}

/* In quotes where a reader needs them (RFC 4180). */
static bool append_field(bt_buffer *out, const char *text)
{
  if (!strpbrk(text, ",\"\r\n")) return append_text(out, text);
  bool ok = append_text(out, "\"");
  for (; *text && ok; text++)
    ok = (*text != '"' || append_text(out, "\"")) && bt_buffer__append(out, text, 1);
  return ok && append_text(out, "\"");
}

bt_status bt_feature_csv_head(bt_buffer *out, const bt_feature_list *list, bool is_panel,
                              bt_error *err)
{
  bool ok = append_text(out, is_panel ? "ticker,date" : "date");
  for (size_t i = 0; i < list->n && ok; i++)
    ok = append_text(out, ",") && append_text(out, list->columns[i].name);
  return ok && append_text(out, "\n") ? BT_OK : bt_fail_nomem(err, "CSV");
}

/* Its numbers behind commas, and the line's end. The buffer has room. */
static void append_numbers(bt_buffer *out, const double *values, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    char *at = out->bytes + out->length;
    *at++ = ',';
    if (!isnan(values[i])) at += strlen(bt_number_format(at, values[i]));
    out->length = (size_t)(at - out->bytes);
  }
  out->bytes[out->length++] = '\n';
}

bt_status bt_feature_csv_rows(bt_buffer *out, const bt_feature_table *table, bt_error *err)
{
  char date[BT_TIME_TEXT_SIZE];
  size_t most = table->n_columns * (1 + BT_NUMBER_TEXT_SIZE) + 1; /* bytes of a row's numbers */
  for (size_t r = 0; r < table->n_rows; r++) {
    bool ok = !table->symbol || (append_field(out, table->symbol) && append_text(out, ","));
    ok = ok && append_text(out, bt_time_format(date, table->time_ns[r], table->daily));
    if (!ok || !bt_buffer__reserve(out, out->length + most)) return bt_fail_nomem(err, "CSV");
    append_numbers(out, table->values + r * table->n_columns, table->n_columns);
  }
  if (out->bytes) out->bytes[out->length] = '\0';
  return BT_OK;
}
