/* Every indicator of the list beside its definition, and beside other libraries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/indicator_proof.h"
#include "tests/support/indicator_reference.h"

/* In the order of bt_indicator_at. */
static const indicator_proof *const proofs[] = {
#define X(name, group) &proof_of_##name,
#include "core/indicators/indicator_list.def"
#undef X
};

static const char *const libraries[] = {"talib", "ttr", "tulip"};

static bool is_compared(const proof_row *row)
{
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
    if (strcmp(row->library, libraries[i]) == 0) return true;
  return false;
}

static void every_indicator_has_a_definition_or_a_row_of_another_library(void **state)
{
  (void)state;
  assert_int_equal(sizeof proofs / sizeof *proofs, bt_indicator_count());
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const indicator_proof *p = proofs[i];
    bool is_defined = (p->value || p->series) && p->n_params > 0;
    if (!is_defined && p->n_rows == 0)
      fail_msg("%s is compared with nothing", bt_indicator_at(i)->name);
    for (size_t k = 0; k < p->n_rows; k++)
      if (!is_compared(&p->rows[k])) fail_msg("nobody reads %s", p->rows[k].library);
  }
}

static void every_indicator_is_what_its_definition_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    size_t n_compared = proof_check_definition(indicator, proofs[i]);
    if (n_compared == 0 && proofs[i]->n_rows == 0) fail_msg("%s", indicator->name);
  }
}

static void check_library(const char *library)
{
  char path[64];
  csv_table table;
  size_t n_compared = 0;
  bt_bars *bars = indicator_bars();
  if (!bars) skip();
  (void)snprintf(path, sizeof path, "reference/quant/ind_%s.csv", library);
  if (!csv_table_read(&table, path)) {
    bt_bars_free(bars);
    skip();
  }
  for (size_t i = 0; i < bt_indicator_count(); i++)
    n_compared += proof_check_rows(bt_indicator_at(i), proofs[i], library, &table, bars);
  assert_true(n_compared > 1000);
  csv_table_free(&table);
  bt_bars_free(bars);
}

static void they_agree_with_other_libraries(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) check_library(libraries[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_indicator_has_a_definition_or_a_row_of_another_library),
      cmocka_unit_test(every_indicator_is_what_its_definition_says),
      cmocka_unit_test(they_agree_with_other_libraries),
  };
  return cmocka_run_group_tests_name("core/indicators beside definitions and libraries", tests,
                                     NULL, NULL);
}
