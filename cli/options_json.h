/* options_json.h - a job's options as JSON, and numbers in JSON as short as they can be. */
#ifndef BT_CLI_OPTIONS_JSON_H
#define BT_CLI_OPTIONS_JSON_H

#include <json-c/json.h>

#include "cli/arguments.h"
#include "runners/job.h"

/* All that the results depend on beside the data: a new string the caller frees; NULL when memory
 * is out. */
char *bt_options_json(const bt_job *job, const bt_arguments *arguments);

/* A JSON number in its shortest form; null for NaN. NULL is also JSON's null. */
json_object *bt_json_number(double value);

#endif
