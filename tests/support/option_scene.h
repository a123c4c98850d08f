/* option_scene.h - estimates of options without a pool. Behind cmocka.h; all is static. */
#ifndef BT_TESTS_OPTION_SCENE_H
#define BT_TESTS_OPTION_SCENE_H

#include <math.h>
#include <stdlib.h>

#include "core/block.h"
#include "core/montecarlo/option_plan.h"

enum { OPTION_BLOCK = 1024 };

static const bt_option_terms option_terms_usual = {
    .style = BT_EUROPEAN,
    .option = {BT_CALL, .spot = 100, .strike = 100, .rate = 0.05, .vol = 0.2, .expiry = 1},
    .n_steps = 1};

/* What the plan gives for its first cell. */
static inline bt_option_estimate option_plan_run(const bt_option_plan *plan, size_t cell)
{
  bt_option_sums *sums = calloc(bt_option_plan_sums(plan), sizeof *sums);
  double *scratch = bt_block_take(NULL, bt_option_plan_scratch(plan) * sizeof *scratch);
  assert_true(sums && scratch);
  for (uint64_t first = 0; first < plan->n_draws; first += OPTION_BLOCK) {
    uint64_t left = plan->n_draws - first;
    bt_option_plan_add(plan, sums, first, left < OPTION_BLOCK ? (size_t)left : OPTION_BLOCK,
                       scratch);
  }
  bt_option_estimate out = bt_option_plan_estimate(plan, sums, cell);
  free(sums);
  bt_block_give(NULL, scratch);
  return out;
}

static inline bt_option_estimate option_estimate(const bt_option_terms *terms,
                                                 const bt_option_settings *settings)
{
  bt_cell cell;
  bt_option_plan plan;
  bt_error err;
  bt_cell_init(&cell, terms);
  if (bt_option_plan_init(&plan, settings, &cell, 1, &err)) fail_msg("%s", err.message);
  bt_option_estimate out = option_plan_run(&plan, 0);
  bt_option_plan_clear(&plan);
  return out;
}

/* Within four standard errors, and that error is one. */
static inline void expect_near(double value, double std_error, double exact, const char *what)
{
  assert_true(std_error > 0 && isfinite(std_error));
  if (!(fabs(value - exact) <= 4 * std_error))
    fail_msg("%s: %.10g is %.2f standard errors (%.3g) from %.10g", what, value,
             fabs(value - exact) / std_error, std_error, exact);
}

#endif
