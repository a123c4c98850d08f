/* An entry of the bar cache as a block of memory: whole and of its source, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "loaders/bar_cache_entry.h"
#include "tests/support/cache_scene.h"
#include "tests/support/load_scene.h"
#include "tests/support/make_bars.h"

enum { SUM_AT = 8, BYTE_ORDER_AT = 16, VERSION_AT = 20, N_BYTES_AT = 32 };

/* A load with issues of several kinds, its entry, and the entry's bytes. */
typedef struct scene {
  load_scene *load;
  bt_entry_tag tag;
  char *bytes;
  size_t n_bytes;
} scene;

static const char text[] = "Date,Open,High,Low,Close,Adj Close,Volume\n"
                           "2020-01-02,10,12,9,11,5.5,100\n2020-01-03,11,13.5,10.25,12,6,200\n"
                           "2020-01-06,11,x,10,12,6,200\n2020-13-01,1,1,1,1,1,1\n"
                           "2020-01-03,11,13.5,10.25,12,6,200\n2020-01-07,11,10,12,11,1,1\n"
                           "2020-01-08,11,13.5,10.25,12,6,\n";

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  bt_buffer entry = {0};
  bt_error err;
  if (!s || load_scene_setup((void **)&s->load)) return -1;
  s->load->options.max_bad = 1;
  load_text(s->load, text);
  s->tag = (bt_entry_tag){{1, 2, 3, 4, 5, 6, 7}, "generic adjust /a/X.csv", 23};
  if (bt_entry__make(&entry, &s->tag, s->load->bars, &s->load->report, &err)) return -1;
  s->bytes = malloc(entry.length); /* no more, so that a sanitizer sees what is read behind it */
  if (!s->bytes) return -1;
  memcpy(s->bytes, entry.bytes, entry.length);
  s->n_bytes = entry.length;
  bt_buffer__clear(&entry);
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  free(s->bytes);
  (void)load_scene_teardown((void **)&s->load);
  free(s);
  return 0;
}

static bool reads(const scene *s, const char *bytes, size_t n_bytes)
{
  return bt_entry__count_bars(bytes, n_bytes, &s->tag) > 0;
}

/* Bars as long as the entry says, which is accepted; NULL where they are none. The caller frees
 * them. */
static bt_bars *unpack(bt_load_report *report, const scene *s, const char *bytes)
{
  bt_bars *bars = NULL;
  bt_error err;
  if (bt_bars_new(&bars, bt_entry__count_bars(bytes, s->n_bytes, &s->tag), &err))
    fail_msg("%s", err.message);
  if (bt_entry__unpack(bars, report, bytes)) return bars;
  bt_bars_free(bars);
  return NULL;
}

/* What a program would write that made a mistake: the checksum is right. */
static void sum_again(char *bytes, size_t n_bytes)
{
  uint64_t sum = XXH3_64bits(bytes + SUM_AT + 8, n_bytes - SUM_AT - 8);
  memcpy(bytes + SUM_AT, &sum, sizeof sum);
}

static void an_entry_is_what_was_loaded(void **state)
{
  scene *s = *state;
  bt_load_report report;
  memset(&report, 0xff, sizeof report);
  assert_true(s->load->report.n_issues >= 4 && s->load->report.adjusted);
  assert_int_equal(s->n_bytes % BT_ENTRY_LINE, 0);
  assert_int_equal(bt_entry__count_bars(s->bytes, s->n_bytes, &s->tag), s->load->bars->n_bars);
  bt_bars *bars = unpack(&report, s, s->bytes);
  expect_same_report(&report, &s->load->report);
  expect_same_bars(bars, s->load->bars);
  bt_bars_free(bars);
}

/* Bars with what a file may hold: prices in counts, floats or any numbers; adjusted or not, days or
 * instants, volumes or none. */
static bt_bars *make_any_bars(test_random *random, size_t n)
{
  const double units[] = {1, 100, 10000, 1000000};
  bt_bars *bars = make_random_bars(random, n, random_between(random, 1, 500), 0.03);
  double unit = units[random_below(random, 4)];
  double *const prices[] = {bars->open, bars->high, bars->low, bars->close};
  size_t kind = random_below(random, 3);
  bool instants = random_below(random, 2), has_volume = random_below(random, 2),
       adjusted = random_below(random, 2);
  for (size_t t = 0; t < n; t++) {
    double factor = adjusted ? random_between(random, 0.01, 1) : 1;
    for (size_t i = 0; i < 4; i++) {
      double price = fmax(floor(prices[i][t] * unit), 1) / unit;
      if (kind == 1) price = (double)(float)prices[i][t];
      if (kind == 2) price = prices[i][t] * 1.0000001;
      prices[i][t] = price * factor;
    }
    bars->adjust_factor[t] = factor;
    if (instants) bars->time_ns[t] += (int64_t)random_below(random, 1000) * 60 * BT_NS_PER_SECOND;
    bars->volume[t] = has_volume ? (double)random_below(random, 1000000000) : (double)NAN;
  }
  bars->daily = !instants;
  return bars;
}

static void any_bars_come_back(void **state)
{
  scene *s = *state;
  test_random random = {1};
  for (int round = 0; round < 400; round++) {
    bt_load_report report;
    bt_buffer entry = {0};
    bt_error err;
    bt_bars *bars = make_any_bars(&random, 1 + random_below(&random, 400)), *back = NULL;
    assert_int_equal(bt_entry__make(&entry, &s->tag, bars, &s->load->report, &err), BT_OK);
    size_t n = bt_entry__count_bars(entry.bytes, entry.length, &s->tag);
    assert_int_equal(n, bars->n_bars);
    assert_int_equal(bt_bars_new(&back, n, &err), BT_OK);
    assert_true(bt_entry__unpack(back, &report, entry.bytes));
    expect_same_bars(back, bars);
    bt_bars_free(back);
    bt_bars_free(bars);
    bt_buffer__clear(&entry);
  }
}

/* An entry of these bars is whole, and nothing comes out of it. */
static void expect_no_bars(const scene *s, const bt_bars *bars)
{
  bt_load_report report = {.n_bars = 12345};
  bt_buffer entry = {0};
  bt_bars *back = NULL;
  bt_error err;
  assert_int_equal(bt_entry__make(&entry, &s->tag, bars, &s->load->report, &err), BT_OK);
  assert_int_equal(bt_entry__count_bars(entry.bytes, entry.length, &s->tag), bars->n_bars);
  assert_int_equal(bt_bars_new(&back, bars->n_bars, &err), BT_OK);
  if (bt_entry__unpack(back, &report, entry.bytes)) fail_msg("what are no bars comes out");
  assert_int_equal(report.n_bars, 12345);
  bt_bars_free(back);
  bt_buffer__clear(&entry);
}

/* What a program would write whose loaders were wrong, or that somebody else has made. */
static void what_are_no_bars_is_refused(void **state)
{
  const double wrong[] = {0, -1, (double)NAN, HUGE_VAL, -HUGE_VAL};
  const scene *s = *state;
  test_random random = {1};
  enum { N_BARS = 100 };
  bt_bars *bars = make_random_bars(&random, N_BARS, 50, 0.03);
  double *const columns[] = {bars->open, bars->high, bars->low, bars->close, bars->adjust_factor};
  const size_t places[] = {0, N_BARS / 2, N_BARS - 1};
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
    for (size_t k = 0; k < sizeof places / sizeof places[0]; k++)
      for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++) {
        double *price = &columns[i][places[k]], before = *price;
        *price = wrong[w];
        expect_no_bars(s, bars);
        *price = before;
      }
  for (size_t t = 1; t < N_BARS; t++) {
    int64_t before = bars->time_ns[t];
    bars->time_ns[t] = bars->time_ns[t - 1];
    expect_no_bars(s, bars);
    bars->time_ns[t] = before;
  }
  bt_bars_free(bars);
}

/* Each length in a block of its own, so that a sanitizer sees what is read behind it. */
static void an_entry_cut_short_is_refused(void **state)
{
  scene *s = *state;
  for (size_t n = 1; n < s->n_bytes; n++) {
    char *part = malloc(n);
    assert_non_null(part);
    memcpy(part, s->bytes, n);
    if (reads(s, part, n)) fail_msg("the first %zu bytes are read", n);
    free(part);
  }
  assert_true(reads(s, s->bytes, s->n_bytes));
}

static void a_longer_one_is_refused(void **state)
{
  scene *s = *state;
  char *more = calloc(1, s->n_bytes + BT_ENTRY_LINE);
  assert_non_null(more);
  memcpy(more, s->bytes, s->n_bytes);
  assert_false(reads(s, more, s->n_bytes + 1));
  assert_false(reads(s, more, s->n_bytes + BT_ENTRY_LINE));
  free(more);
}

static void every_flipped_bit_is_seen(void **state)
{
  scene *s = *state;
  for (size_t i = 0; i < 8 * s->n_bytes; i++) {
    char bit = (char)(1 << i % 8);
    s->bytes[i / 8] ^= bit;
    if (reads(s, s->bytes, s->n_bytes)) fail_msg("bit %zu of byte %zu", i % 8, i / 8);
    s->bytes[i / 8] ^= bit;
  }
  assert_true(reads(s, s->bytes, s->n_bytes));
}

static void another_source_state_or_request_is_refused(void **state)
{
  scene *s = *state;
  int64_t *facts = (int64_t *)&s->tag.facts;
  for (size_t i = 0; i < sizeof s->tag.facts / sizeof *facts; i++) {
    facts[i]++;
    assert_false(reads(s, s->bytes, s->n_bytes));
    facts[i]--;
  }
  const char *key = s->tag.key;
  s->tag.key = "generic adjust /a/Y.csv";
  assert_false(reads(s, s->bytes, s->n_bytes));
  s->tag.key = key;
  s->tag.key_length--;
  assert_false(reads(s, s->bytes, s->n_bytes));
}

/* Each with a checksum that holds. */
static void another_version_machine_or_size_is_refused(void **state)
{
  static const size_t places[] = {BYTE_ORDER_AT,  VERSION_AT, VERSION_AT + 4,
                                  VERSION_AT + 8, N_BYTES_AT, N_BYTES_AT + 8};
  scene *s = *state;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    s->bytes[places[i]]++;
    sum_again(s->bytes, s->n_bytes);
    if (reads(s, s->bytes, s->n_bytes)) fail_msg("the byte at %zu may be another one", places[i]);
    s->bytes[places[i]]--;
  }
  sum_again(s->bytes, s->n_bytes);
  assert_true(reads(s, s->bytes, s->n_bytes));
}

/* Any number in any place of the head, with a checksum that holds: nothing outside is read. */
static void numbers_that_cannot_be_lead_nowhere(void **state)
{
  static const uint64_t numbers[] = {0, 1, 7, 1 << 20, UINT64_MAX, UINT64_MAX / 8, INT64_MAX};
  scene *s = *state;
  for (size_t at = SUM_AT + 8; at + 8 <= s->n_bytes; at += 8)
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
      char *changed = malloc(s->n_bytes);
      bt_load_report report;
      assert_non_null(changed);
      memcpy(changed, s->bytes, s->n_bytes);
      memcpy(changed + at, &numbers[i], sizeof numbers[i]);
      sum_again(changed, s->n_bytes);
      if (reads(s, changed, s->n_bytes)) {
        bt_bars *bars = unpack(&report, s, changed);
        for (size_t k = 0; bars && k < report.n_issues; k++)
          assert_non_null(bt_row_issue_name(report.issues[k].kind));
        bt_bars_free(bars);
      }
      free(changed);
    }
}

static void a_block_of_noise_is_refused(void **state)
{
  scene *s = *state;
  test_random random = {1};
  for (size_t i = 0; i + 8 <= s->n_bytes; i += 8) {
    uint64_t bits = random_bits(&random);
    memcpy(s->bytes + i, &bits, sizeof bits);
  }
  assert_false(reads(s, s->bytes, s->n_bytes));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(an_entry_is_what_was_loaded),
      CASE(any_bars_come_back),
      CASE(what_are_no_bars_is_refused),
      CASE(an_entry_cut_short_is_refused),
      CASE(a_longer_one_is_refused),
      CASE(every_flipped_bit_is_seen),
      CASE(another_source_state_or_request_is_refused),
      CASE(another_version_machine_or_size_is_refused),
      CASE(numbers_that_cannot_be_lead_nowhere),
      CASE(a_block_of_noise_is_refused),
  };
  return cmocka_run_group_tests_name("loaders/bar_cache_entry", tests, NULL, NULL);
}
