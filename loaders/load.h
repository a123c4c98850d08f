/* load.h - one ticker's file into clean, sorted, immutable bars, with an account of every row.
 *
 * Semantics: rows that cannot be bars are skipped and counted, the first of them reported; a file
 * that cannot be trusted is rejected with a reason that names line and column. A rejected file is
 * no error of the program: bt_load returns BT_OK with *out NULL and report->rejected. Reading is
 * independent of the locale and numbers are correctly rounded.
 */
#ifndef BT_LOADERS_LOAD_H
#define BT_LOADERS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/status.h"

/* Why a row was skipped. */
#define BT_ROW_ISSUE_LIST(X)                                                                       \
  X(BAD_DATE, "bad_date")         /* the date does not parse */                                    \
  X(MISSING, "missing_price")     /* a price is empty, null, N/A, ... */                           \
  X(NOT_NUMBER, "not_a_number")   /* a price is some other text */                                 \
  X(NOT_FINITE, "not_finite")     /* inf, nan or overflow */                                       \
  X(NOT_POSITIVE, "not_positive") /* zero or negative */                                           \
  X(HIGH_BELOW_LOW, "high_below_low")                                                              \
  X(OUTSIDE, "outside_range")       /* open or close outside [low, high] by more than 0.01% */     \
  X(REPEATED_TIME, "repeated_time") /* an earlier row of the file has this time */                 \
  X(UNADJUSTED, "unadjusted")       /* no skip: adjusted close unusable, the file is unadjusted */

typedef enum bt_row_issue {
#define X(name, text) BT_ROW_##name,
  BT_ROW_ISSUE_LIST(X)
#undef X
      BT_ROW_ISSUE_COUNT
} bt_row_issue;

/* Static text such as "missing_price". */
const char *bt_row_issue_name(bt_row_issue issue);

enum {
  BT_LOAD_REASON_SIZE = 320,
  BT_LOAD_DETAIL_SIZE = 160,
  BT_LOAD_ISSUES_PER_KIND = 10, /* cases kept of each kind; counts are complete */
  BT_LOAD_ISSUES_MOST = BT_LOAD_ISSUES_PER_KIND * BT_ROW_ISSUE_COUNT
};

/* One reported case. line is 1-based in the file; time_text is the row's date as written ("" if
 * unknown); detail is for a person: "high 41.80 is below low 41.95". */
typedef struct bt_load_issue {
  bt_row_issue kind;
  size_t line;
  char time_text[40];
  char detail[BT_LOAD_DETAIL_SIZE];
} bt_load_issue;

typedef struct bt_load_options {
  const char *layout;         /* a name of bt_layout_count/_at, or "auto" */
  bool adjust;                /* apply an adjusted close where the file has one */
  double max_bad;             /* largest share of skipped rows that is still loaded, 0.05 = 5% */
  struct bt_bar_cache *cache; /* where parsed bars are kept, see bar_cache.h; NULL: nowhere. It
                                 changes nothing that is loaded */
} bt_load_options;

#define BT_LOAD_OPTIONS_DEFAULT                                                                    \
  {                                                                                                \
    "auto", true, 0.05, NULL                                                                       \
  }

typedef struct bt_load_report {
  bool rejected;
  char reason[BT_LOAD_REASON_SIZE]; /* why rejected, with line and column; "" otherwise */
  const char *layout;               /* static name of the layout found; NULL if none was */
  size_t n_rows;                    /* data rows in the file; blank lines are none */
  size_t rows_skipped;              /* 0 for a rejected file */
  size_t counts[BT_ROW_ISSUE_COUNT];
  bool adjusted; /* prices were scaled by an adjusted close */
  size_t n_bars;
  int64_t first_ns, last_ns;             /* of the bars; as bars->time_ns */
  int64_t first_local_ns, last_local_ns; /* wall clock as written in the file (equal to the two
                                            above unless the file has zone offsets) */
  uint64_t content_hash;                 /* XXH64 of the file's bytes (after gunzip); 0 if unread */
  size_t n_issues;
  bt_load_issue issues[BT_LOAD_ISSUES_MOST]; /* in file order within a kind */
} bt_load_report;

/* Working memory of one worker, reused from file to file. */
typedef struct bt_loader bt_loader;
bt_status bt_loader_new(bt_loader **out, bt_error *err);
void bt_loader_free(bt_loader *loader);

/* Loads `path` (.csv, or .csv.gz through zlib). On BT_OK, *report is filled and *out holds the bars
 * (the caller frees them with bt_bars_free), or NULL when the file is rejected. path may be NULL
 * for a symbol that is no file name: rejected. Errors: NOMEM alone (memory, or file descriptors);
 * whatever is wrong with the file is a rejection. With a cache, bars and report come from it where
 * the file is unchanged since they were put there; what they are is the same. */
bt_status bt_load(bt_bars **out, bt_load_report *report, bt_loader *loader, const char *path,
                  const bt_load_options *options, bt_error *err);

/* Whether the last bars came from the cache: to load them again takes little. */
bool bt_loader_used_cache(const bt_loader *loader);

/* The layouts that `auto` knows, for `list layouts` and `--layout`: name and one-line summary,
 * in the order in which they are tried. */
typedef struct bt_layout_info {
  const char *name, *summary;
} bt_layout_info;
size_t bt_layout_count(void);
bt_layout_info bt_layout_at(size_t index);
bool bt_layout_exists(const char *name); /* "auto" exists */

#endif
