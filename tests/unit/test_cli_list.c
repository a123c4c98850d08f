/* backtest list indicators: what a user reads before asking for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/indicator.h"
#include "tests/support/program_scene.h"

enum { COLUMNS_MOST = 99 };

/* The entry of an indicator: from the line that begins with its name to the next such line. */
static void cut_entry(char *entry, size_t size, const char *out, const char *name)
{
  char start[64];
  (void)snprintf(start, sizeof start, "\n  %s", name);
  size_t length = strlen(start);
  const char *found = strstr(out, start);
  while (found && found[length] != ' ' && found[length] != '\n') found = strstr(found + 1, start);
  if (!found) {
    fail_msg("%s is not listed", name);
    return;
  }
  const char *end = strchr(found + 1, '\n');
  while (end && strncmp(end + 1, "    ", 4) == 0) end = strchr(end + 1, '\n');
  size_t n = end ? (size_t)(end - found) + 1 : strlen(found);
  assert_true(n < size);
  memcpy(entry, found, n);
  entry[n] = '\0';
}

static void every_indicator_is_listed_with_parameters_and_outputs(void **state)
{
  program_scene *s = *state;
  char entry[2048], word[64];
  expect_exit(s, "backtest list indicators", 0);
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    cut_entry(entry, sizeof entry, s->run.out, indicator->name);
    const char *at = entry;
    for (size_t k = 0; k < indicator->n_params; k++) { /* in the order declared */
      (void)snprintf(word, sizeof word, "\n                  %s ", indicator->params[k].name);
      at = strstr(at, word);
      if (!at) fail_msg("%s is not among the parameters of %s", word, indicator->name);
    }
    at = strstr(at, "gives ");
    for (size_t k = 0; at && k < indicator->n_outputs; k++) at = strstr(at, indicator->outputs[k]);
    if (!at) fail_msg("%s does not say what it gives", indicator->name);
  }
}

static void lines_fit_a_screen(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest list indicators", 0);
  for (const char *line = s->run.out; *line; line += strcspn(line, "\n") + 1)
    if (strcspn(line, "\n") > COLUMNS_MOST) fail_msg("%.*s", (int)strcspn(line, "\n"), line);
}

static void an_entry_says_what_when_and_where_from(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest list indicators", 0);
  expect_part(s->run.out, "\noscillators\n  rsi ");
  expect_part(
      s->run.out,
      "  keltner       Keltner channel: EMA of (high + low + close) / 3, and `width` ATR of "
      "as many bars\n"
      "                above and below it\n"
      "                [TTR keltnerChannels; its parts as TA-Lib EMA and ATR]\n"
      "                  period     20     bars\n"
      "                  width      2      average true ranges\n"
      "                  gives upper from bar 20, middle from bar 19, lower from bar 20\n");
  expect_part(s->run.out, "gives beta from bar 60; needs a --benchmark\n");
}

/* They are there for strategies, but nobody looks for them. */
static void parts_of_others_are_listed_behind_all_of_those(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest list indicators", 0);
  const char *parts = strstr(s->run.out, "\nsteps that others share\n");
  assert_non_null(parts);
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    char start[64];
    (void)snprintf(start, sizeof start, "\n  %-14s", bt_indicator_at(i)->name);
    bool behind = strstr(parts, start) != NULL;
    assert_int_equal(behind, bt_indicator_at(i)->is_part);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_indicator_is_listed_with_parameters_and_outputs),
      cmocka_unit_test(lines_fit_a_screen),
      cmocka_unit_test(an_entry_says_what_when_and_where_from),
      cmocka_unit_test(parts_of_others_are_listed_behind_all_of_those),
  };
  return cmocka_run_group_tests_name("cli/command_list", tests, program_scene_setup,
                                     program_scene_teardown);
}
