#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/random/normal.h"
#include "core/random/streams.h"
#include "tests/support/paths.h"

/* A counter, a key and the block they give. */
typedef struct known_answer {
  uint32_t counter[4], key[2], block[4];
} known_answer;

/* The known answers that the authors publish for philox4x32 with 10 rounds: zeros, ones, digits of
 * pi. */
static const known_answer published[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void check_answer(const known_answer *answer)
{
  uint32_t block[4];
  bt_random_block(block, answer->counter, answer->key);
  assert_memory_equal(block, answer->block, sizeof block);
}

static void philox_gives_the_published_answers(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) check_answer(&published[i]);
}

static void philox_gives_the_answers_of_the_reference_data(void **state)
{
  (void)state;
  char path[TEST_PATH_SIZE], line[512];
  int n_checked = 0;
  if (!test_reference_path(path, "reference/quant/rng_known_answers.csv")) skip();
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file)) {
    known_answer a;
    uint32_t *c = a.counter, *k = a.key, *b = a.block;
    if (strncmp(line, "philox4x32-10,", 14) != 0) continue;
    int n_read = sscanf(line + 14,
                        "ctr=%" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " key=%" SCNx32
                        " %" SCNx32 ",%" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32,
                        &c[0], &c[1], &c[2], &c[3], &k[0], &k[1], &b[0], &b[1], &b[2], &b[3]);
    assert_int_equal(n_read, 10);
    check_answer(&a);
    n_checked++;
  }
  (void)fclose(file);
  assert_true(n_checked >= 3);
}

/* ---- draws ---------------------------------------------------------------------------------- */

static void a_draw_is_made_of_the_first_two_words_of_its_block(void **state)
{
  (void)state;
  /* seed, stream and index place the words of the third published answer */
  uint64_t seed = UINT64_C(0x299f31d0a4093822), stream = UINT64_C(0x0370734413198a2e);
  uint64_t index = UINT64_C(0x85a308d3243f6a88), words = UINT64_C(0x94fdccebd16cfe09);
  double expected = ((double)(words >> 12) + 0.5) / 4503599627370496.0;
  assert_true(bt_random_uniform(seed, stream, index) == expected);
  assert_true(bt_random_normal(seed, stream, index) == bt_normal_quantile(expected));
}

static void neighbours_in_seed_stream_and_index_differ(void **state)
{
  (void)state;
  double here = bt_random_uniform(1, 2, 3);
  assert_true(here == bt_random_uniform(1, 2, 3));
  assert_true(here != bt_random_uniform(2, 2, 3));
  assert_true(here != bt_random_uniform(1, 3, 3));
  assert_true(here != bt_random_uniform(1, 2, 4));
  assert_true(here != bt_random_uniform(1, 3, 2));
  assert_true(here != bt_random_uniform(1 + (UINT64_C(1) << 32), 2, 3));
  assert_true(here != bt_random_uniform(1, 2 + (UINT64_C(1) << 32), 3));
  assert_true(here != bt_random_uniform(1, 2, 3 + (UINT64_C(1) << 32)));
}

enum { N_DRAWS = 200000, N_CELLS = 100 };

static void uniform_draws_fill_the_open_unit_interval_evenly(void **state)
{
  (void)state;
  double counts[N_CELLS] = {0}, chi_squared = 0;
  const double expected = (double)N_DRAWS / N_CELLS;
  for (uint64_t i = 0; i < N_DRAWS; i++) {
    double u = bt_random_uniform(7, 11, i);
    assert_true(u > 0 && u < 1);
    counts[(size_t)(u * N_CELLS)]++;
  }
  for (size_t k = 0; k < N_CELLS; k++)
    chi_squared += (counts[k] - expected) * (counts[k] - expected) / expected;
  /* 99 degrees of freedom: 99 +- 14 */
  assert_true(chi_squared > 50 && chi_squared < 160);
}

/* Each moment within five standard errors of what a standard normal has. */
static void check_moments(uint64_t seed, uint64_t stream)
{
  double sums[5] = {0}, lagged = 0, before = 0;
  for (uint64_t i = 0; i < N_DRAWS; i++) {
    double z = bt_random_normal(seed, stream, i), power = 1;
    lagged += z * before;
    before = z;
    for (size_t k = 1; k <= 4; k++) sums[k] += power *= z;
  }
  static const double moments[5] = {0, 0, 1, 0, 3}, variances[5] = {0, 1, 2, 15, 96};
  for (size_t k = 1; k <= 4; k++)
    assert_true(fabs(sums[k] / N_DRAWS - moments[k]) < 5 * sqrt(variances[k] / N_DRAWS));
  assert_true(fabs(lagged / N_DRAWS) < 5 / sqrt((double)N_DRAWS));
}

static void normal_draws_have_the_moments_of_a_normal(void **state)
{
  (void)state;
  check_moments(1, 0);
  check_moments(2, 5);
  check_moments(UINT64_MAX, UINT64_MAX);
}

static void streams_and_seeds_are_not_correlated(void **state)
{
  (void)state;
  double across_streams = 0, across_seeds = 0;
  for (uint64_t i = 0; i < N_DRAWS; i++) {
    double z = bt_random_normal(3, 1, i);
    across_streams += z * bt_random_normal(3, 2, i);
    across_seeds += z * bt_random_normal(4, 1, i);
  }
  assert_true(fabs(across_streams / N_DRAWS) < 5 / sqrt((double)N_DRAWS));
  assert_true(fabs(across_seeds / N_DRAWS) < 5 / sqrt((double)N_DRAWS));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_gives_the_published_answers),
      cmocka_unit_test(philox_gives_the_answers_of_the_reference_data),
      cmocka_unit_test(a_draw_is_made_of_the_first_two_words_of_its_block),
      cmocka_unit_test(neighbours_in_seed_stream_and_index_differ),
      cmocka_unit_test(uniform_draws_fill_the_open_unit_interval_evenly),
      cmocka_unit_test(normal_draws_have_the_moments_of_a_normal),
      cmocka_unit_test(streams_and_seeds_are_not_correlated),
  };
  return cmocka_run_group_tests_name("core/random", tests, NULL, NULL);
}
