/* sobol.h - Sobol points: a sequence that fills the unit cube more evenly than random points do.
 *
 * Point i is counter-addressed: its digits are those of i against the direction numbers of the
 * dimension, so points split over tasks in any way. The first 2^k points of either order are the
 * same set, one in each interval of width 2^-k of every dimension.
 *
 * Replicates of which the means are unbiased, and apart from each other an error bar: a random
 * linear scramble of the direction numbers and a digital shift (a random word a dimension, XORed
 * onto every point) move the points from interval to interval, and each lies within its own by
 * random digits of its own, a digital shift of depth k. With shifts alone all points would lie
 * alike in their intervals, and the errors of smooth functions add up.
 *
 * Sources: Joe and Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM
 * J. Sci. Comput. 30 (2008), numbers new-joe-kuo-6; L'Ecuyer and Lemieux, Recent advances in
 * randomized quasi-Monte Carlo methods (2002), section on digital shifts; Matousek, On the
 * L2-discrepancy for anchored boxes, Journal of Complexity 14 (1998); Dick and Pillichshammer,
 * Digital Nets and Sequences (2010), on shifts of a depth.
 */
#ifndef BT_CORE_RANDOM_SOBOL_H
#define BT_CORE_RANDOM_SOBOL_H

#include <stddef.h>
#include <stdint.h>

#include "core/random/streams.h"
#include "core/status.h"

enum {
  BT_SOBOL_DIMENSIONS = 512, /* of which there are direction numbers here */
  BT_SOBOL_BITS = 52         /* digits of a point: 2^52 points */
};

/* Direction numbers of dimensions 0 .. n_dimensions - 1, shared and not written to once they are
 * made. columns:
 * n_dimensions x BT_SOBOL_BITS, the most significant digit first, each in the lower 52 bits. */
typedef struct bt_sobol {
  uint64_t *columns;
  size_t n_dimensions;
} bt_sobol;

/* The caller clears *out with bt_sobol_clear. Errors: USAGE (n_dimensions 0 or above
 * BT_SOBOL_DIMENSIONS), NOMEM. */
bt_status bt_sobol_init(bt_sobol *out, size_t n_dimensions, bt_error *err);
void bt_sobol_clear(bt_sobol *sobol);

/* Multiplies the direction numbers of each dimension by a random lower triangular matrix of that
 * dimension and replicate, with ones on its diagonal; of the stream it takes draws 64 x replicate
 * .. 64 x replicate + 51. */
void bt_sobol_scramble(bt_sobol *sobol, const bt_stream *stream, uint64_t replicate);

/* Points first .. first + n - 1 of one dimension in the natural order (that of scipy and of Bratley
 * and Fox is the Gray-code order: their point i is point i ^ (i >> 1) here), XORed with shift, as
 * (k + 1/2) 2^-52: never 0 or 1. Of the shift the lower 52 bits count; first + n <= 2^52. */
void bt_sobol_points(double *out, const bt_sobol *sobol, size_t dimension, uint64_t shift,
                     uint64_t first, size_t n);

/* One of several replicates of 2^depth points each: where its shifts and digits come from. */
typedef struct bt_sobol_replicate {
  bt_stream shifts, digits; /* of a dimension: draw `index`; half a draw for each point */
  uint64_t index;
  unsigned depth; /* 6 .. BT_SOBOL_BITS */
} bt_sobol_replicate;

/* Points first .. first + n - 1 of a replicate, first + n <= 2^depth: shifted as above, and each
 * with 32 random digits behind the first `depth`. */
void bt_sobol_random_points(double *out, const bt_sobol *sobol, const bt_sobol_replicate *replicate,
                            size_t dimension, uint64_t first, size_t n);

#endif
