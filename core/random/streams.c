#include "core/random/streams.h"

#include "core/random/bits.h"
#include "core/random/normal.h"

/* ---- the block function --------------------------------------------------------------------- */

enum { N_ROUNDS = 10 };

/* Salmon et al. 2011, table 2 and section 3.3. */
static const uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
static const uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;

void bt_random_block(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < N_ROUNDS; round++) {
    uint64_t product_0 = (uint64_t)multiplier_0 * c0, product_1 = (uint64_t)multiplier_1 * c2;
    c0 = (uint32_t)(product_1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)product_1;
    c2 = (uint32_t)(product_0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)product_0;
    k0 += weyl_0;
    k1 += weyl_1;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

double bt_random_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                               (uint32_t)(stream >> 32)};
  uint32_t word[4];
  bt_random_block(word, counter, key);
  return bt_uniform_of(((uint64_t)word[1] << 32 | word[0]) >> 12);
}

double bt_random_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
  return bt_normal_quantile(bt_random_uniform(seed, stream, index));
}

/* ---- many paths at once --------------------------------------------------------------------- */

/* A group of draws is made of a few vectors of pairs, which fill each other's waits: of as many as
 * the registers hold. */
enum {
  GROUP_BLOCKS = BT_WIDTH == 8 ? 4 : 3, /* vectors of pairs */
  GROUP_VECTORS = 2 * GROUP_BLOCKS,
  GROUP = GROUP_VECTORS * BT_WIDTH
};

/* What is the same for all paths: dimension and stream, and the key of each round. */
typedef struct draws {
  uint64_t dimension, stream;
  uint64_t key_0[N_ROUNDS], key_1[N_ROUNDS];
} draws;

static draws draws_of(const bt_stream *stream, uint32_t dimension)
{
  draws d = {.dimension = dimension, .stream = stream->stream};
  uint32_t k0 = (uint32_t)stream->seed, k1 = (uint32_t)(stream->seed >> 32);
  for (size_t round = 0; round < N_ROUNDS; round++, k0 += weyl_0, k1 += weyl_1) {
    d.key_0[round] = k0;
    d.key_1[round] = k1;
  }
  return d;
}

/* a[0], b[0], a[1], b[1], ... */
static inline void interleave(bt_words out[2], bt_words a, bt_words b)
{
#if BT_WIDTH == 8
  out[0] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  out[1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#elif BT_WIDTH == 4
  out[0] = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  out[1] = __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
  out[0] = __builtin_shufflevector(a, b, 0, 2);
  out[1] = __builtin_shufflevector(a, b, 1, 3);
#endif
}

/* The four words of BT_WIDTH blocks. A word is the lower half of its lane; what is left in the
 * upper one counts for nothing. */
typedef struct blocks {
  bt_words c0, c1, c2, c3;
} blocks;

static inline blocks start_blocks(const draws *d, uint64_t first_pair)
{
  static const uint64_t lane[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  bt_words pairs = bt_words_load(lane) + first_pair;
  return (blocks){pairs, pairs >> 32, bt_words_of(d->dimension), bt_words_of(d->stream)};
}

/* A round of bt_random_block, in each lane. */
static inline blocks next_round(const blocks *b, uint64_t key_0, uint64_t key_1)
{
  bt_words product_0 = bt_words_multiply(b->c0, bt_words_of(multiplier_0));
  bt_words product_1 = bt_words_multiply(b->c2, bt_words_of(multiplier_1));
  return (blocks){(product_1 >> 32) ^ b->c1 ^ key_0, product_1, (product_0 >> 32) ^ b->c3 ^ key_1,
                  product_0};
}

/* The last round: of a product's halves, changed about, the upper one is a word, and the lower one
 * becomes one as in the other rounds. */
static inline void end_blocks(bt_words out[2], const blocks *b, uint64_t key_0, uint64_t key_1)
{
  bt_words product_0 = bt_words_multiply(b->c0, bt_words_of(multiplier_0));
  bt_words product_1 = bt_words_multiply(b->c2, bt_words_of(multiplier_1));
  interleave(out, bt_words_swap_halves(product_1) ^ ((b->c1 ^ key_0) & UINT32_MAX),
             bt_words_swap_halves(product_0) ^ ((b->c3 ^ key_1) & UINT32_MAX));
}

/* The draws of the pairs first_pair .. + GROUP / 2 - 1. */
static inline void make_group(bt_words out[GROUP_VECTORS], const draws *d, uint64_t first_pair)
{
  blocks b[GROUP_BLOCKS];
  for (size_t k = 0; k < GROUP_BLOCKS; k++) b[k] = start_blocks(d, first_pair + k * BT_WIDTH);
  for (size_t round = 0; round < N_ROUNDS - 1; round++)
    for (size_t k = 0; k < GROUP_BLOCKS; k++)
      b[k] = next_round(&b[k], d->key_0[round], d->key_1[round]);
  for (size_t k = 0; k < GROUP_BLOCKS; k++)
    end_blocks(out + 2 * k, &b[k], d->key_0[N_ROUNDS - 1], d->key_1[N_ROUNDS - 1]);
}

/* Draws of a group as bits, from the one with the index `from` on, n of them. */
static void copy_bits(uint64_t *out, const draws *d, uint64_t first_pair, size_t from, size_t n)
{
  bt_words group[GROUP_VECTORS];
  make_group(group, d, first_pair);
  memcpy(out, (const uint64_t *)group + from, n * sizeof *out);
}

void bt_stream_bits(uint64_t *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                    size_t n)
{
  const draws d = draws_of(stream, dimension);
  size_t i = 0;
  if (n && first % 2) copy_bits(out, &d, first / 2, 1, i = 1);
  for (; i + GROUP <= n; i += GROUP) {
    bt_words group[GROUP_VECTORS];
    make_group(group, &d, (first + i) / 2);
    for (size_t k = 0; k < GROUP_VECTORS; k++) bt_words_store(out + i + k * BT_WIDTH, group[k]);
  }
  if (i < n) copy_bits(out + i, &d, (first + i) / 2, 0, n - i);
}

/* The same as uniform numbers. */
static void copy_uniforms(double *out, const draws *d, uint64_t first_pair, size_t from, size_t n)
{
  uint64_t bits[GROUP];
  copy_bits(bits, d, first_pair, from, n);
  for (size_t i = 0; i < n; i++) out[i] = bt_uniform_of(bits[i] >> 12);
}

void bt_stream_uniforms(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                        size_t n)
{
  const draws d = draws_of(stream, dimension);
  size_t i = 0;
  if (n && first % 2) copy_uniforms(out, &d, first / 2, 1, i = 1);
  for (; i + GROUP <= n; i += GROUP) {
    bt_words group[GROUP_VECTORS];
    make_group(group, &d, (first + i) / 2);
    for (size_t k = 0; k < GROUP_VECTORS; k++)
      bt_vector_store(out + i + k * BT_WIDTH, bt_uniforms_of(group[k] >> 12));
  }
  if (i < n) copy_uniforms(out + i, &d, (first + i) / 2, 0, n - i);
}

/* Uniform numbers are inverted while they are in the first cache. */
void bt_stream_normals(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                       size_t n)
{
  enum { BLOCK = 1024 };
  for (size_t i = 0; i < n; i += BLOCK) {
    size_t n_now = n - i < BLOCK ? n - i : BLOCK;
    bt_stream_uniforms(out + i, stream, dimension, first + i, n_now);
    bt_normal_quantiles(out + i, out + i, n_now);
  }
}
