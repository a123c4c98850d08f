/* Which rows become bars, which are skipped, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "tests/support/load_scene.h"
#include "tests/support/make_bars.h"

#define HEADER "Date,Open,High,Low,Close,Volume\n"

/* n_rows good rows from 2020-01-01 on, one a day, behind the header. */
static void put_rows(char *out, size_t size, int n_rows)
{
  size_t used = (size_t)snprintf(out, size, "%s", HEADER);
  for (int i = 0; i < n_rows; i++)
    used += (size_t)snprintf(out + used, size - used, "2020-%02d-%02d,10,12,9,11,100\n", 1 + i / 28,
                             1 + i % 28);
}

/* ---- rows -------------------------------------------------------------------------------- */

static void a_plain_file_becomes_bars(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-01-02,10,12,9,11,100\n2020-01-03,11,13.5,10.25,12,200.5\n");
  check_loaded(s, 2, 0);
  assert_true(s->bars->daily);
  assert_int_equal(s->bars->time_ns[1], instant_of("2020-01-03"));
  assert_true(s->bars->open[1] == 11 && s->bars->high[1] == 13.5 && s->bars->low[1] == 10.25);
  assert_true(s->bars->close[1] == 12 && s->bars->volume[1] == 200.5);
  assert_true(s->bars->adjust_factor[1] == 1);
  assert_int_equal(s->report.first_ns, instant_of("2020-01-02"));
  assert_int_equal(s->report.last_ns, instant_of("2020-01-03"));
  assert_int_not_equal(s->report.content_hash, 0);
  assert_string_equal(s->report.layout, "generic");
  assert_string_equal(s->report.reason, "");
}

static void a_newest_first_file_is_sorted(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-01-06,3,3,3,3,1\n2020-01-03,2,2,2,2,1\n2020-01-02,1,1,1,1,1\n");
  check_loaded(s, 3, 0);
  for (int t = 0; t < 3; t++) assert_true(s->bars->close[t] == t + 1);
}

static void rows_in_no_order_are_sorted(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-01-03,2,2,2,2,1\n2020-01-07,4,4,4,4,1\n2020-01-02,1,1,1,1,1\n"
                      "2020-01-06,3,3,3,3,1\n");
  check_loaded(s, 4, 0);
  for (int t = 0; t < 4; t++) assert_true(s->bars->close[t] == t + 1);
}

/* Each of these rows is bad in its own way; 40 good ones stand beside it. */
static const struct {
  const char *row;
  bt_row_issue kind;
  const char *detail;
} bad_rows[] = {
    {"x,10,12,9,11,1", BT_ROW_BAD_DATE, "field 1 (Date): 'x' is not a date"},
    {",10,12,9,11,1", BT_ROW_BAD_DATE, "field 1 (Date) is empty"},
    {"2021-02-29,10,12,9,11,1", BT_ROW_BAD_DATE, "'2021-02-29' is not a date"},
    {"43831,10,12,9,11,1", BT_ROW_BAD_DATE, "'43831' is not a date"},
    {"Date,Open,High,Low,Close,Volume", BT_ROW_BAD_DATE, "'Date' is not a date"},
    {"2021-02-01,,12,9,11,1", BT_ROW_MISSING, "field 2 (Open) is empty"},
    {"2021-02-01,10,N/A,9,11,1", BT_ROW_MISSING, "field 3 (High): 'N/A' is no price"},
    {"2021-02-01,10,12,null,11,1", BT_ROW_MISSING, "field 4 (Low): 'null' is no price"},
    {"2021-02-01,10,12,9", BT_ROW_MISSING, "field 5 (Close) is empty"},
    {"2021-02-01,10,12,9,NaN,1", BT_ROW_MISSING, "field 5 (Close): 'NaN' is no price"},
    {"2021-02-01,10,12,9,eleven,1", BT_ROW_NOT_NUMBER, "field 5 (Close): 'eleven' is not a number"},
    {"2021-02-01,10,inf,9,11,1", BT_ROW_NOT_FINITE, "field 3 (High): 'inf' is not finite"},
    {"2021-02-01,1e999,12,9,11,1", BT_ROW_NOT_FINITE, "field 2 (Open): '1e999' is not finite"},
    {"2021-02-01,10,12,0,11,1", BT_ROW_NOT_POSITIVE, "field 4 (Low): '0' is not above 0"},
    {"2021-02-01,10,12,-9,11,1", BT_ROW_NOT_POSITIVE, "field 4 (Low): '-9' is not above 0"},
    {"2021-02-01,10,9,12,11,1", BT_ROW_HIGH_BELOW_LOW, "high 9 is below low 12"},
    {"2021-02-01,12.1,12,9,11,1", BT_ROW_OUTSIDE, "field 2 (Open): 12.1 is above high 12"},
    {"2021-02-01,10,12,9,8.9,1", BT_ROW_OUTSIDE, "field 5 (Close): 8.9 is below low 9"},
    {"2021-02-01,12.0001,12,9,8.9,1", BT_ROW_OUTSIDE, "field 5 (Close): 8.9 is below low 9"},
    {"2020-01-02,10,12,9,11,1", BT_ROW_REPEATED_TIME, "the time repeats line 3, which stays"},
};

static void each_kind_of_bad_row_is_skipped_and_explained(void **state)
{
  load_scene *s = *state;
  for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
    char text[4096];
    put_rows(text, sizeof text, 40);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", bad_rows[i].row);
    load_text(s, text);
    check_loaded(s, 40, 1);
    assert_int_equal(s->report.n_rows, 41);
    assert_int_equal(s->report.counts[bad_rows[i].kind], 1);
    assert_int_equal(s->report.n_issues, 1);
    const bt_load_issue *issue = &s->report.issues[0];
    assert_int_equal(issue->kind, bad_rows[i].kind);
    assert_int_equal(issue->line, 42);
    assert_int_equal(strncmp(issue->time_text, bad_rows[i].row, strlen(issue->time_text)), 0);
    if (!strstr(issue->detail, bad_rows[i].detail))
      fail_msg("row '%s': '%s'", bad_rows[i].row, issue->detail);
  }
}

static void a_price_outside_by_a_hundredth_of_a_percent_stays(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-01-02,100.01,100,90,95,1\n2020-01-03,95,100,90,89.991,1\n");
  check_loaded(s, 2, 0);
}

static void of_equal_times_the_first_in_the_file_stays(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, HEADER "2020-01-03,5,5,5,5,1\n2020-01-02,7,7,7,7,1\n2020-01-02,8,8,8,8,1\n");
  check_loaded(s, 2, 1);
  assert_true(s->bars->close[0] == 7);
  assert_string_equal(s->report.issues[0].detail, "the time repeats line 3, which stays");
}

static void a_skipped_row_does_not_claim_its_time(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, HEADER "2020-01-02,7,7,7,x,1\n2020-01-02,8,8,8,8,1\n2020-01-03,9,9,9,9,1\n");
  check_loaded(s, 2, 1);
  assert_true(s->bars->close[0] == 8);
}

static void volumes_never_cost_a_row(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-01-02,1,1,1,1,\n2020-01-03,1,1,1,1,null\n2020-01-06,1,1,1,1,-\n"
                      "2020-01-07,1,1,1,1,1.5e6\n2020-01-08,1,1,1,1,-5\n2020-01-09,1,1,1,1\n");
  check_loaded(s, 6, 0);
  for (size_t t = 0; t < 6; t++)
    assert_true(t == 3 ? s->bars->volume[t] == 1.5e6 : isnan(s->bars->volume[t]));
}

static void blank_lines_are_no_rows(void **state)
{
  load_scene *s = *state;
  load_text(s, "\n\n" HEADER "\n2020-01-02,1,1,1,1,1\r\n\r\n   \n2020-01-03,1,1,1,x,1\n\n");
  assert_int_equal(s->report.n_rows, 2);
  assert_int_equal(s->report.issues[0].line, 8);
}

static void rows_of_separators_alone_are_blank_lines(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.7;
  load_text(s, HEADER
            ",,,,,\n2020-01-02,1,1,1,1,1\n , ,,,,\n,,,,,,,\n,\n,,,,,\n,,,,,,x\n,,,,0,\n,,,,,");
  check_loaded(s, 1, 2);
  assert_int_equal(s->report.n_rows, 3);
  assert_int_equal(s->report.issues[0].line, 8);
  load_text(s, HEADER "\"2020-01-02\",1,1,1,1,1\n\"\",,,,,\n,,,,,\n,,,,,,x\n");
  check_loaded(s, 1, 1);
  load_text(s, "Date,Open,High,Low,Close,Name\n2020-01-02,1,1,1,1,X\n,,,,,X\n");
  check_loaded(s, 1, 1);
}

static void lines_inside_quotes_count_for_the_line_number(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, "Date,Open,High,Low,Close,Note\n2020-01-02,1,1,1,1,\"two\nlines\"\n"
               "2020-01-03,1,1,1,x,\"a\"\n");
  check_loaded(s, 1, 1);
  assert_int_equal(s->report.issues[0].line, 4);
}

static void a_quoted_file_gives_the_same_bars(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER
            " 2020-01-02 , 10 ,12,9,11\t,100\n\n2020-01-03,11,13,10,12,\n2020-01-06,1,2,1,2");
  check_loaded(s, 3, 0);
  double close = s->bars->close[0] + s->bars->close[1] + s->bars->close[2];
  load_text(
      s, "\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n"
         " \"2020-01-02\" , \"10\" ,\"12\",\"9\",\"11\"\t,\"100\"\n\n"
         "\"2020-01-03\",\"11\",\"13\",\"10\",\"12\",\"\"\n\"2020-01-06\",\"1\",\"2\",\"1\",\"2\"");
  check_loaded(s, 3, 0);
  assert_true(close == s->bars->close[0] + s->bars->close[1] + s->bars->close[2]);
  assert_true(s->bars->volume[0] == 100 && isnan(s->bars->volume[1]) && isnan(s->bars->volume[2]));
}

static void a_field_of_many_characters_that_is_not_needed_is_fine(void **state)
{
  load_scene *s = *state;
  static char text[300000];
  size_t used = (size_t)snprintf(text, sizeof text, "Date,Note,Open,High,Low,Close\n2020-01-02,\"");
  memset(text + used, 'x', 250000);
  (void)snprintf(text + used + 250000, 100, "\",1,2,1,2\n");
  load_text(s, text);
  check_loaded(s, 1, 0);
}

/* ---- limits ------------------------------------------------------------------------------ */

static void five_percent_of_bad_rows_still_load(void **state)
{
  load_scene *s = *state;
  char text[8192];
  put_rows(text, sizeof text, 95);
  for (int i = 0; i < 5; i++) strcat(text, "x,1,1,1,1,1\n");
  load_text(s, text);
  check_loaded(s, 95, 5);
  strcat(text, "x,1,1,1,1,1\n");
  load_text(s, text);
  check_rejected(s,
                 ":97: 6 of 101 rows are unusable, more than 5%; here: field 1 (Date): 'x' is not "
                 "a date");
  assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 6);
  s->options.max_bad = 0.07;
  load_text(s, text);
  check_loaded(s, 95, 6);
}

static void repeated_times_count_only_when_they_are_most_of_the_rows(void **state)
{
  load_scene *s = *state;
  char text[4096] = HEADER;
  for (int i = 0; i < 5; i++) strcat(text, "2020-01-02,1,1,1,1,1\n");
  for (int i = 3; i < 8; i++)
    (void)snprintf(text + strlen(text), 100, "2020-01-0%d,1,1,1,1,1\n", i);
  load_text(s, text);
  check_loaded(s, 6, 4);
  for (int i = 0; i < 4; i++) strcat(text, "2020-01-02,1,1,1,1,1\n");
  load_text(s, text);
  check_rejected(s, "8 of 14 rows are unusable");
}

static void only_the_first_cases_of_a_kind_are_kept(void **state)
{
  load_scene *s = *state;
  char text[4096] = HEADER "2020-01-02,1,1,1,1,1\n";
  s->options.max_bad = 1;
  for (int i = 0; i < 15; i++) strcat(text, "x,1,1,1,1,1\n2020-01-02,1,1,1,1,1\n");
  load_text(s, text);
  check_loaded(s, 1, 30);
  assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 15);
  assert_int_equal(s->report.n_issues, 2 * BT_LOAD_ISSUES_PER_KIND);
  for (size_t i = 0; i < BT_LOAD_ISSUES_PER_KIND; i++) {
    assert_int_equal(s->report.issues[i].line, 3 + 2 * i);
    assert_int_equal(s->report.issues[BT_LOAD_ISSUES_PER_KIND + i].line, 4 + 2 * i);
  }
}

static void no_good_row_at_all_is_a_rejection_at_any_limit(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 1;
  load_text(s, HEADER "x,1,1,1,1,1\n");
  check_rejected(s, ":2: none of 1 rows is usable; here: field 1 (Date): 'x' is not a date");
}

/* ---- adjusted prices ---------------------------------------------------------------------- */

#define ADJUSTED "Date,Open,High,Low,Close,Adj Close,Volume\n"

static void an_adjusted_close_scales_the_bar(void **state)
{
  load_scene *s = *state;
  load_text(s, ADJUSTED "2020-01-02,10,12,8,10,5,100\n2020-01-03,10,12,8,10,10,100\n");
  check_loaded(s, 2, 0);
  assert_true(s->report.adjusted);
  assert_true(s->bars->open[0] == 5 && s->bars->high[0] == 6 && s->bars->low[0] == 4);
  assert_true(s->bars->close[0] == 5 && s->bars->adjust_factor[0] == 0.5);
  assert_true(s->bars->volume[0] == 100);
  s->options.adjust = false;
  load_text(s, ADJUSTED "2020-01-02,10,12,8,10,5,100\n2020-01-03,10,12,8,10,,100\n");
  check_loaded(s, 2, 0);
  assert_false(s->report.adjusted);
  assert_true(s->bars->close[0] == 10 && s->bars->adjust_factor[0] == 1);
  assert_int_equal(s->report.n_issues, 0);
}

static void one_unusable_adjusted_close_leaves_the_file_unadjusted(void **state)
{
  load_scene *s = *state;
  static const char *const values[] = {"", "-inf", "nan", "0", "-1.0", "x", "1e400", "1e-330"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   ADJUSTED "2020-01-02,10,12,8,10,5,1\n2020-01-03,10,12,8,10,%s,1\n", values[i]);
    load_text(s, text);
    check_loaded(s, 2, 0);
    assert_false(s->report.adjusted);
    assert_true(s->bars->close[0] == 10 && s->bars->adjust_factor[0] == 1);
    assert_int_equal(s->report.counts[BT_ROW_UNADJUSTED], 1);
    assert_int_equal(s->report.issues[0].line, 3);
    assert_non_null(strstr(s->report.issues[0].detail, "field 6 (Adj Close): "));
  }
}

static void an_adjusted_close_of_a_skipped_row_does_not_matter(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, ADJUSTED "2020-01-02,10,12,8,10,5,1\n2020-01-03,null,null,null,null,null,null\n");
  check_loaded(s, 1, 1);
  assert_true(s->report.adjusted);
}

/* ---- reuse ------------------------------------------------------------------------------------
 */

static void a_loader_forgets_the_file_before(void **state)
{
  load_scene *s = *state;
  load_text(s, "Date;Open;High;Low;Close\n06.01.2015;1,5;2;1;2\n31.01.2015;x;2;1;2\n");
  load_text(s, "Date,Open,High,Low,Close,Note\n2020-01-02,1,1,1,1,\"never closed\n\n");
  load_text(s, ADJUSTED "2020-01-02,10,12,8,10,5,100\n2020-01-03,10,12,8,10,10,100\n");
  load_text(s, HEADER "2020-01-02,1.5,1.5,1.5,1.5\n");
  check_loaded(s, 1, 0);
  assert_true(s->bars->close[0] == 1.5 && isnan(s->bars->volume[0]));
  assert_false(s->report.adjusted);
  assert_int_equal(s->report.n_issues, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_plain_file_becomes_bars),
      CASE(a_newest_first_file_is_sorted),
      CASE(rows_in_no_order_are_sorted),
      CASE(each_kind_of_bad_row_is_skipped_and_explained),
      CASE(a_price_outside_by_a_hundredth_of_a_percent_stays),
      CASE(of_equal_times_the_first_in_the_file_stays),
      CASE(a_skipped_row_does_not_claim_its_time),
      CASE(volumes_never_cost_a_row),
      CASE(blank_lines_are_no_rows),
      CASE(rows_of_separators_alone_are_blank_lines),
      CASE(lines_inside_quotes_count_for_the_line_number),
      CASE(a_quoted_file_gives_the_same_bars),
      CASE(a_field_of_many_characters_that_is_not_needed_is_fine),
      CASE(five_percent_of_bad_rows_still_load),
      CASE(repeated_times_count_only_when_they_are_most_of_the_rows),
      CASE(only_the_first_cases_of_a_kind_are_kept),
      CASE(no_good_row_at_all_is_a_rejection_at_any_limit),
      CASE(an_adjusted_close_scales_the_bar),
      CASE(one_unusable_adjusted_close_leaves_the_file_unadjusted),
      CASE(an_adjusted_close_of_a_skipped_row_does_not_matter),
      CASE(a_loader_forgets_the_file_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
