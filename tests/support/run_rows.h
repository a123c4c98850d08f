/* run_rows.h - the rows of one run beside those of another. */
#ifndef BT_TESTS_RUN_ROWS_H
#define BT_TESTS_RUN_ROWS_H

/* Rows of run 2 that run 1 does not have, but for the run's number, and whether there
 * are some. */
#define COMPARE_RUNS                                                                               \
  "sqlite3 r.db \"create table a as select * from metrics where run_id = 1; "                      \
  "create table b as select * from metrics where run_id = 2; update b set run_id = 1; "            \
  "select count(*) from (select * from b except select * from a); select count(*) > 9 from b; "    \
  "drop table a; drop table b\""

#endif
