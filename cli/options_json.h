/* options_json.h - a job's options as JSON, for the column `options` of `runs`. */
#ifndef BT_CLI_OPTIONS_JSON_H
#define BT_CLI_OPTIONS_JSON_H

#include "cli/arguments.h"
#include "runners/job.h"

/* All that the results depend on beside the data, of a sweep or (walks) a walk-forward: a new
 * string the caller frees; NULL when memory is out. plugin_hash: what tells one version of a plugin
 * from another; "" of a built-in strategy, which then has no such member. */
char *bt_options_json(const bt_job *job, bool walks, const char *plugin_hash,
                      const bt_arguments *arguments);

#endif
