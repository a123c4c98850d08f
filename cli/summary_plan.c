/* The plan of --dry-run. */
#include <stdio.h>

#include "cli/summary_parts.h"

void bt_summary_print_plan(const bt_job_options *options, const bt_plan *plan)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE];
  (void)printf("strategy      %s\n", options->job.strategy->name);
  (void)printf("tickers       %s (%s found, %s)\n", bt_text_count(a, plan->n_tickers),
               bt_text_counted(b, plan->n_found, "file"), bt_text_bytes(c, plan->file_bytes));
  if (plan->n_computed < plan->n_tickers)
    (void)printf("rejected      %s\n", bt_text_count(a, plan->n_tickers - plan->n_computed));
  (void)printf("combinations  %s (%s more left out by rules)\n", bt_text_count(a, plan->n_combos),
               bt_text_count(b, plan->n_excluded));
  (void)printf("windows       %s%s\n", bt_text_count(a, plan->n_windows),
               plan->walks ? "" : " (the whole span)");
  (void)printf("rows          %s of metrics (--keep %s), %s of combos, ",
               bt_text_count(a, plan->n_rows), bt_summary__keep(b, &options->job.keep),
               bt_text_count(c, plan->n_combos));
  (void)printf("%s of combo_stats\n", bt_text_count(a, plan->n_combos * plan->n_windows));
  (void)printf("bars          %s%s\n", plan->is_scanned ? "" : "about ",
               bt_text_count(a, plan->n_bars));
  (void)printf("memory        about %s with %s\n", bt_text_bytes(a, plan->memory_bytes),
               bt_text_counted(b, options->n_workers, "worker"));
  (void)printf("database      about %s in %s\n", bt_text_bytes(a, plan->database_bytes),
               options->database);
  (void)printf("time          about %s\n", bt_text_duration(a, plan->elapsed_s));
}
