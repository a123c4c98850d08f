/* options_json.h - a job's options as JSON, for the column `options` of `runs`, and of feature
 * matrices for features.json.
 */
#ifndef BT_CLI_OPTIONS_JSON_H
#define BT_CLI_OPTIONS_JSON_H

#include "cli/arguments.h"
#include "cli/json_build.h"
#include "runners/job.h"

/* All that the results depend on beside the data, of a sweep or (walks) a walk-forward: a new
 * string the caller frees; NULL when memory is out. plugin_hash: what tells one version of a plugin
 * from another; "" of a built-in strategy, which then has no such member. */
char *bt_options_json(const bt_job *job, bool walks, const char *plugin_hash,
                      const bt_arguments *arguments);

/* ---- parts of it, for jobs that are no sweep --------------------------------------------------
 */

/* How files are read, and the span. */
void bt_options_json__reading(json_object *o, const bt_job *job, const bt_arguments *arguments,
                              bool *ok);

/* The benchmark and what tells one version of its file from another; NULL: there is none. */
void bt_options_json__benchmark(json_object *o, const char *symbol, uint64_t hash, bool *ok);

/* What tells dates of membership from others; null where the universe has none. */
void bt_options_json__membership(json_object *o, const bt_universe *universe, bool *ok);

#endif
