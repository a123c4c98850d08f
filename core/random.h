/* random.h - random numbers that are a function of where they are used, not of when.
 *
 * Philox4x32-10 is counter based: a draw depends on (seed, stream, index) alone, so tasks may run
 * in any order on any worker. Streams with different (seed, stream) are independent.
 */
#ifndef BT_CORE_RANDOM_H
#define BT_CORE_RANDOM_H

#include <stdint.h>

/* The block function: 4 words from a 128-bit counter and a 64-bit key. Source: Salmon, Moraes, Dror
 * and Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011. */
void bt_random_block(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* A uniform number in (0, 1), never 0 or 1: (k + 1/2) 2^-52 with k of 52 bits. */
double bt_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* A standard normal number, by inversion of bt_random_uniform. */
double bt_random_normal(uint64_t seed, uint64_t stream, uint64_t index);

#endif
