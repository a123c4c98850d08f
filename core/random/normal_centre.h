/* normal_centre.h - quantiles of the normal distribution of 99.7% of all probabilities.
 *
 * The centre of AS 241 has 85% of them; the others need a logarithm, which costs more than all the
 * rest. Here, with q = p - 1/2 and w = p (1 - p), a quantile is
 *
 *   x = q (sqrt(2 pi) + q^2 A(w) / B(w)),
 *
 * where A, of degree 4, and B, of degree 5, are those of one of 15 segments of w, half an octave
 * each: from 2^-9.5 to 1/4. In each, A / B is the minimax approximation, within 5.8e-17 relative of
 * what it stands for, and so within 2.5e-17 of x; tools/normal_quantiles.py finds it. It also makes
 * good what the double for sqrt(2 pi) lacks, where |q| > 0.1.
 *
 * It is exact in doubles, too: q is without error, w keeps its relative accuracy towards 0 and 1
 * (q^2, which approaches 1/4 there, would not), all coefficients are positive, so that nothing
 * cancels, and towards the middle the sum becomes its first term. A division costs little beside
 * other work; what counts is the number of coefficients, each of which is looked up for each lane.
 *
 * The exponent of w^2 says which segment it is, and its last four bits which row of the table. Row
 * 11 is for w = 1/4 alone, which is not below it, and has the coefficients of row 10.
 */
#ifndef BT_CORE_RANDOM_NORMAL_CENTRE_H
#define BT_CORE_RANDOM_NORMAL_CENTRE_H

#include "core/lanes.h"

/* The largest |q| for which w is 2^-9.5 or more, and a little less. */
static const double bt_normal_centre_reaches = 0.4986;

enum { BT_NORMAL_SEGMENTS = 16, BT_NORMAL_DEGREE = 4 };

#if BT_WIDTH == 8

/* For each power: of A, of B. A table of 16 numbers has room in two registers. */
static const double bt_normal_terms[BT_NORMAL_DEGREE + 1][2][BT_NORMAL_SEGMENTS] = {
#define SEGMENT(s, a0, b0, a1, b1, a2, b2, a3, b3, a4, b4)                                         \
  [0][0][s] = a0, [0][1][s] = b0, [1][0][s] = a1, [1][1][s] = b1, [2][0][s] = a2, [2][1][s] = b2,  \
  [3][0][s] = a3, [3][1][s] = b3, [4][0][s] = a4, [4][1][s] = b4,
#include "core/random/normal_centre.def"
#undef SEGMENT
};

/* Which segment each lane is in. */
typedef __m512i bt_normal_segments;

static inline bt_normal_segments bt_normal_segments_of(bt_vector w)
{
  return _mm512_srli_epi64((__m512i)(w * w), 52);
}

static inline bt_vector bt_normal__look_up(const double table[BT_NORMAL_SEGMENTS],
                                           bt_normal_segments at)
{
  return _mm512_permutex2var_pd(bt_vector_load(table), at, bt_vector_load(table + BT_WIDTH));
}

/* What A and B have of a power. */
static inline void bt_normal_pick(bt_vector *a, bt_vector *b, bt_normal_segments at, int power)
{
  *a = bt_normal__look_up(bt_normal_terms[power][0], at);
  *b = bt_normal__look_up(bt_normal_terms[power][1], at);
}

#else

/* What A and B have of a power is loaded together. */
typedef double bt_normal_pair __attribute__((vector_size(2 * sizeof(double))));

static const bt_normal_pair bt_normal_terms[BT_NORMAL_SEGMENTS][BT_NORMAL_DEGREE + 1] = {
#define SEGMENT(s, a0, b0, a1, b1, a2, b2, a3, b3, a4, b4)                                         \
  [s] = {{a0, b0}, {a1, b1}, {a2, b2}, {a3, b3}, {a4, b4}},
#include "core/random/normal_centre.def"
#undef SEGMENT
};

/* Each lane's row of the table. */
typedef struct bt_normal_segments {
  const bt_normal_pair *row[BT_WIDTH];
} bt_normal_segments;

/* By the upper 16 bits: what gcc 12 makes to get at the upper one of two 64-bit words waits for a
 * register that the numbers before still need. */
static inline bt_normal_segments bt_normal_segments_of(bt_vector w)
{
  typedef uint16_t quarters __attribute__((vector_size(sizeof w)));
  quarters bits = (quarters)(w * w);
  bt_normal_segments at;
  for (size_t i = 0; i < BT_WIDTH; i++)
    at.row[i] = bt_normal_terms[bits[4 * i + 3] / 16 % BT_NORMAL_SEGMENTS];
  return at;
}

static inline void bt_normal_pick(bt_vector *a, bt_vector *b, bt_normal_segments at, int power)
{
#if BT_WIDTH == 4
  bt_vector even = __builtin_shufflevector(at.row[0][power], at.row[2][power], 0, 1, 2, 3);
  bt_vector odd = __builtin_shufflevector(at.row[1][power], at.row[3][power], 0, 1, 2, 3);
  *a = _mm256_unpacklo_pd(even, odd);
  *b = _mm256_unpackhi_pd(even, odd);
#else
  *a = __builtin_shufflevector(at.row[0][power], at.row[1][power], 0, 2);
  *b = __builtin_shufflevector(at.row[0][power], at.row[1][power], 1, 3);
#endif
}

#endif

/* The quantiles of p where |p - 1/2| is within reach; any numbers elsewhere. */
static inline bt_vector bt_normal_centre(bt_vector p)
{
  bt_vector q = p - 0.5, w = p * (1 - p), a, b, next_a, next_b;
  bt_normal_segments at = bt_normal_segments_of(w);
  bt_normal_pick(&a, &b, at, BT_NORMAL_DEGREE);
  b += w;
  for (int power = BT_NORMAL_DEGREE - 1; power >= 0; power--) {
    bt_normal_pick(&next_a, &next_b, at, power);
    a = a * w + next_a;
    b = b * w + next_b;
  }
  const double root_of_two_pi = 2.5066282746310005024;
  return q * (root_of_two_pi + q * q * (a / b));
}

#endif
