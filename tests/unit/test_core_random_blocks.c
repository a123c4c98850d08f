/* Blocks of draws: each is that of its path alone, whatever block it was made in. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <Random123/philox.h>

#include "core/random/normal.h"
#include "core/random/streams.h"

enum { N = 3000 };

static const uint64_t firsts[] = {0,
                                  1,
                                  2,
                                  7,
                                  1023,
                                  (UINT64_C(1) << 33) - 5, /* the pair leaves 32 bits */
                                  (UINT64_C(1) << 33) - 4,
                                  (UINT64_C(1) << 63) + 12345,
                                  UINT64_MAX - N + 1};
enum { N_FIRSTS = sizeof firsts / sizeof *firsts };

static const bt_stream streams[] = {
    {0, 0}, {1, 2}, {UINT64_C(0x299f31d0a4093822), 0x03707344}, {UINT64_MAX, UINT32_MAX}};
static const uint32_t dimensions[] = {0, 1, 251, UINT32_C(0x13198a2e), UINT32_MAX};

/* The 64 bits of one path, by Random123. */
static uint64_t bits_by_random123(const bt_stream *stream, uint32_t dimension, uint64_t path)
{
  philox4x32_key_t key = {{(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)}};
  philox4x32_ctr_t counter = {
      {(uint32_t)(path / 2), (uint32_t)(path / 2 >> 32), dimension, stream->stream}};
  philox4x32_ctr_t block = philox4x32_R(10, counter, key);
  size_t half = path % 2 * 2;
  return (uint64_t)block.v[half + 1] << 32 | block.v[half];
}

static void check_bits(const bt_stream *stream, uint32_t dimension, uint64_t first)
{
  static uint64_t bits[N];
  bt_stream_bits(bits, stream, dimension, first, N);
  for (size_t i = 0; i < N; i++)
    assert_true(bits[i] == bits_by_random123(stream, dimension, first + i));
}

static void bits_are_those_of_random123(void **state)
{
  (void)state;
  for (size_t s = 0; s < sizeof streams / sizeof *streams; s++)
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++)
      for (size_t f = 0; f < N_FIRSTS; f++) check_bits(&streams[s], dimensions[d], firsts[f]);
}

static void the_block_function_is_random123s(void **state)
{
  (void)state;
  static uint64_t words[3 * N];
  const bt_stream stream = {77, 0};
  bt_stream_bits(words, &stream, 0, 0, sizeof words / sizeof *words);
  for (size_t i = 0; i < sizeof words / sizeof *words; i += 3) {
    philox4x32_ctr_t counter, expected;
    philox4x32_key_t key;
    uint32_t block[4];
    memcpy(counter.v, words + i, sizeof counter.v);
    memcpy(key.v, words + i + 2, sizeof key.v);
    expected = philox4x32_R(10, counter, key);
    bt_random_block(block, counter.v, key.v);
    assert_memory_equal(block, expected.v, sizeof block);
  }
}

static void a_uniform_number_is_the_upper_52_bits_and_a_half(void **state)
{
  (void)state;
  static uint64_t bits[N];
  static double uniforms[N];
  for (size_t f = 0; f < N_FIRSTS; f++) {
    bt_stream_bits(bits, &streams[1], 5, firsts[f], N);
    bt_stream_uniforms(uniforms, &streams[1], 5, firsts[f], N);
    for (size_t i = 0; i < N; i++)
      assert_true(uniforms[i] == ((double)(bits[i] >> 12) + 0.5) * 0x1p-52);
  }
}

static void a_normal_number_is_the_quantile_of_the_uniform_one(void **state)
{
  (void)state;
  static double uniforms[N], normals[N];
  for (size_t f = 0; f < N_FIRSTS; f++) {
    bt_stream_uniforms(uniforms, &streams[2], 5, firsts[f], N);
    bt_stream_normals(normals, &streams[2], 5, firsts[f], N);
    for (size_t i = 0; i < N; i++) {
      double alone;
      bt_normal_quantiles(&alone, &uniforms[i], 1);
      assert_true(normals[i] == alone);
    }
  }
}

/* Made in parts of `step`, from every place; what lies behind a part is not touched. */
static void check_parts(const double *whole, uint64_t first, size_t n, size_t step)
{
  static double parts[N + 1];
  for (size_t i = 0; i < n; i += step) {
    size_t n_now = step < n - i ? step : n - i;
    parts[i + n_now] = -99;
    bt_stream_normals(parts + i, &streams[1], 3, first + i, n_now);
    assert_true(parts[i + n_now] == -99);
  }
  assert_memory_equal(whole, parts, n * sizeof *whole);
}

static void splits_of_blocks_give_the_same_bits(void **state)
{
  (void)state;
  static const size_t steps[] = {1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 100, 1000, 1024, 1025, N};
  static double whole[N];
  for (size_t f = 0; f < N_FIRSTS; f++) {
    bt_stream_normals(whole, &streams[1], 3, firsts[f], N);
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
      check_parts(whole, firsts[f], N, steps[k]);
  }
}

static void no_draws_touch_nothing(void **state)
{
  (void)state;
  double x = 5;
  uint64_t bits = 5;
  for (uint64_t first = 0; first < 2; first++) {
    bt_stream_bits(&bits, &streams[0], 0, first, 0);
    bt_stream_uniforms(&x, &streams[0], 0, first, 0);
    bt_stream_normals(&x, &streams[0], 0, first, 0);
  }
  assert_true(x == 5 && bits == 5);
}

/* FNV-1a over numbers of the centre and of the tails: one value at every vector level, with every
 * compiler. It changes when the numbers do, and then so do all results. */
static void bits_of_normals_are_the_same_on_every_machine(void **state)
{
  (void)state;
  static double normals[100000];
  const bt_stream stream = {42, 7};
  bt_stream_normals(normals, &stream, 1, 1, 100000);
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < 100000; i++) {
    uint64_t bits;
    memcpy(&bits, &normals[i], sizeof bits);
    for (int byte = 0; byte < 8; byte++, bits >>= 8)
      hash = (hash ^ (bits & 0xff)) * UINT64_C(0x100000001b3);
  }
  assert_true(hash == UINT64_C(0x469ca9a39b64cc3d));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bits_are_those_of_random123),
      cmocka_unit_test(the_block_function_is_random123s),
      cmocka_unit_test(a_uniform_number_is_the_upper_52_bits_and_a_half),
      cmocka_unit_test(a_normal_number_is_the_quantile_of_the_uniform_one),
      cmocka_unit_test(splits_of_blocks_give_the_same_bits),
      cmocka_unit_test(no_draws_touch_nothing),
      cmocka_unit_test(bits_of_normals_are_the_same_on_every_machine),
  };
  return cmocka_run_group_tests_name("core/random blocks", tests, NULL, NULL);
}
