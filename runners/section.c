#include "runners/section.h"

#include <stdlib.h>
#include <string.h>

bt_status bt_section_alloc_rows(bt_section *section, size_t n, bt_error *err)
{
  section->combo_ids = calloc(n + 1, sizeof *section->combo_ids);
  section->metrics = malloc((n + 1) * sizeof *section->metrics);
  if (!section->combo_ids || !section->metrics) return bt_fail_nomem(err, "results");
  section->n_metrics = n;
  return BT_OK;
}

bt_status bt_section_set_values(bt_section *section, const double *values, size_t n, bt_error *err)
{
  section->values = malloc((n + 1) * sizeof *section->values);
  if (!section->values) return bt_fail_nomem(err, "objective values");
  memcpy(section->values, values, n * sizeof *section->values);
  section->n_values = n;
  return BT_OK;
}
