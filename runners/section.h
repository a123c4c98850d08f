/* section.h - filling a section of a batch (runners/writer.h). */
#ifndef BT_RUNNERS_SECTION_H
#define BT_RUNNERS_SECTION_H

#include "runners/writer.h"

/* Gives a section that has none yet n rows of metrics to be filled; their combo_ids are 0. Errors:
 * NOMEM; what is allocated is the section's all the same. */
bt_status bt_section_alloc_rows(bt_section *section, size_t n, bt_error *err);

/* Copies the objective of n combinations into a section that has none yet. Errors: NOMEM. */
bt_status bt_section_set_values(bt_section *section, const double *values, size_t n, bt_error *err);

#endif
