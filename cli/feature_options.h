/* feature_options.h - the options of `features`, from the command line to a plan. */
#ifndef BT_CLI_FEATURE_OPTIONS_H
#define BT_CLI_FEATURE_OPTIONS_H

#include "cli/job_options.h"
#include "core/feature_list.h"
#include "runners/feature_folder.h"

/* The plan points into it: it must stay where it is. */
typedef struct bt_feature_options {
  bt_job_options job;
  bt_feature_list columns;
  bt_feature_plan plan;
  bool takes_all; /* --indicator all */
} bt_feature_options;

enum { BT_FEATURE_OPTION_COUNT = 23, BT_FEATURE_COMMON_COUNT = 14 };
extern const bt_option bt_feature_option_table[BT_FEATURE_OPTION_COUNT];

/* The caller clears *out with bt_feature_options_clear, after success alone. Errors: USAGE, naming
 * the option; IO and DATA about universe, benchmark and cache; NOMEM. */
bt_status bt_feature_options_read(bt_feature_options *out, const bt_arguments *arguments,
                                  bt_error *err);
void bt_feature_options_clear(bt_feature_options *options);

#endif
