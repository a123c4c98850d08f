/* feature_summary.h - what `features` prints when it is done, for people and as JSON. */
#ifndef BT_CLI_FEATURE_SUMMARY_H
#define BT_CLI_FEATURE_SUMMARY_H

#include "cli/feature_options.h"
#include "runners/features.h"

typedef struct bt_feature_summary {
  const bt_feature_options *options;
  const bt_scan *scan;
  const bt_feature_result *result;
  const atomic_bool *defined; /* one a column: whether some ticker has a value */
  double elapsed_s;
} bt_feature_summary;

void bt_feature_summary_print(const bt_feature_summary *summary);

/* One JSON object. Errors: NOMEM; then nothing is printed. */
bt_status bt_feature_summary_print_json(const bt_feature_summary *summary, bt_error *err);

#endif
