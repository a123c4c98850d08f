#include "core/random/streams.h"

#include "core/random/normal.h"

enum { N_ROUNDS = 10 };

void bt_random_block(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
  const uint64_t multiplier_0 = 0xD2511F53u, multiplier_1 = 0xCD9E8D57u;
  const uint32_t weyl_0 = 0x9E3779B9u, weyl_1 = 0xBB67AE85u;
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < N_ROUNDS; round++) {
    uint64_t product_0 = multiplier_0 * c0, product_1 = multiplier_1 * c2;
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

static double uniform_of(uint64_t bits)
{
  return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double bt_random_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                               (uint32_t)(stream >> 32)};
  uint32_t word[4];
  bt_random_block(word, counter, key);
  return uniform_of((uint64_t)word[1] << 32 | word[0]);
}

double bt_random_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
  return bt_normal_quantile(bt_random_uniform(seed, stream, index));
}

/* The two 64-bit numbers of a pair of paths. */
static void pair_bits(uint64_t out[2], const bt_stream *stream, uint32_t dimension, uint64_t pair)
{
  const uint32_t key[2] = {(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)};
  const uint32_t counter[4] = {(uint32_t)pair, (uint32_t)(pair >> 32), dimension, stream->stream};
  uint32_t word[4];
  bt_random_block(word, counter, key);
  out[0] = (uint64_t)word[1] << 32 | word[0];
  out[1] = (uint64_t)word[3] << 32 | word[2];
}

void bt_stream_bits(uint64_t *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                    size_t n)
{
  uint64_t pair[2];
  for (size_t i = 0; i < n; i++) {
    uint64_t path = first + i;
    if (i == 0 || path % 2 == 0) pair_bits(pair, stream, dimension, path / 2);
    out[i] = pair[path % 2];
  }
}

void bt_stream_uniforms(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                        size_t n)
{
  uint64_t pair[2];
  for (size_t i = 0; i < n; i++) {
    uint64_t path = first + i;
    if (i == 0 || path % 2 == 0) pair_bits(pair, stream, dimension, path / 2);
    out[i] = uniform_of(pair[path % 2]);
  }
}

void bt_stream_normals(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                       size_t n)
{
  bt_stream_uniforms(out, stream, dimension, first, n);
  bt_normal_quantiles(out, out, n);
}
