/* streams.h - random numbers that are a function of where they are used, not of when.
 *
 * Philox4x32-10 is counter based: a draw depends on (seed, stream, path, dimension) alone, so tasks
 * may run in any order on any worker, in blocks of any size, at any vector width. Streams with
 * different (seed, stream) are independent. Source: Salmon, Moraes, Dror and Shaw, Parallel Random
 * Numbers: As Easy as 1, 2, 3, SC 2011.
 *
 * A job uses either the draws of one number (uniform, normal) or those of many paths, not both with
 * one seed: the upper half of the former's stream stands where the latter have their stream, the
 * lower half where they have their dimension. Streams of a job are an enum of its own.
 *
 * Where a draw of paths comes from: the key is the seed; the counter is, from its lowest word,
 * path / 2 (64 bits), dimension, stream. The four words of the block are two 64-bit numbers, low
 * word first; an even path takes the first, an odd one the second.
 */
#ifndef BT_CORE_RANDOM_STREAMS_H
#define BT_CORE_RANDOM_STREAMS_H

#include <stddef.h>
#include <stdint.h>

/* The block function: 4 words from a 128-bit counter and a 64-bit key. */
void bt_random_block(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* A uniform number in (0, 1), never 0 or 1: (k + 1/2) 2^-52 with k of 52 bits. */
double bt_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* A standard normal number, by inversion of bt_random_uniform. */
double bt_random_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* ---- many paths at once -----------------------------------------------------------------------
 */

/* Which draws of a job: those of different streams are independent. */
typedef struct bt_stream {
  uint64_t seed;
  uint32_t stream;
} bt_stream;

/* 64 random bits for each of paths first .. first + n - 1, of one dimension. */
void bt_stream_bits(uint64_t *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                    size_t n);

/* Uniform numbers (k + 1/2) 2^-52, k the upper 52 bits; standard normal ones by inversion of
 * these (bt_normal_quantiles). out[i] is of path first + i. */
void bt_stream_uniforms(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                        size_t n);
void bt_stream_normals(double *out, const bt_stream *stream, uint32_t dimension, uint64_t first,
                       size_t n);

#endif
