/* feature_job.h - features.json of a folder of feature matrices: of what job they are, and whether
 * all of them are there.
 *
 *     {
 *       "schema": 2,
 *       "status": "complete",
 *       "version": "0.1.0",
 *       "format": "npy",
 *       "panel": false,
 *       "columns": ["rsi_14", "return_1"],
 *       "universe": "/home/me/sp500.txt",
 *       "from": null,
 *       ... and what else the plan's job says, a member a line
 *     }
 *
 * The status is "incomplete" while a run is going on, and where one was broken off. The version is
 * that of the program that has written it; jobs are the same whatever it is, as every run computes
 * all. Jobs are compared line by line: that asks for no memory, and the program alone writes them.
 */
#ifndef BT_RUNNERS_FEATURE_JOB_H
#define BT_RUNNERS_FEATURE_JOB_H

#include <stdbool.h>

#include "core/status.h"
#include "runners/feature_folder.h"

#define BT_FEATURE_JOB_FILE "features.json"

/* Grows whenever the file, or what a folder looks like, changes its meaning. */
enum { BT_FEATURE_SCHEMA = 2, BT_FEATURE_DIFFERENCE_SIZE = 400 };

/* What the file of a folder says. */
typedef enum bt_feature_claim {
  BT_FEATURE_CLAIM_NONE,   /* there is none */
  BT_FEATURE_CLAIM_SAME,   /* the matrices are of the plan's job */
  BT_FEATURE_CLAIM_OTHER,  /* of another one */
  BT_FEATURE_CLAIM_UNKNOWN /* it is not as the program writes it */
} bt_feature_claim;

/* Compares the file of the plan's folder with the plan. Unless they are the same, why tells in what
 * they are not, for behind "FOLDER: ". Errors: IO, NOMEM. */
bt_status bt_feature_job__look(bt_feature_claim *out, char why[BT_FEATURE_DIFFERENCE_SIZE],
                               const bt_feature_plan *plan, bt_error *err);

/* Writes the file. Errors: IO, NOMEM. */
bt_status bt_feature_job__put(const bt_feature_plan *plan, bool complete, bt_error *err);

#endif
