/* Quantiles of many probabilities: all go through the centre, and those that it does not reach are
 * collected before, to vectors of their own for AS 241's tails.
 */
#include "core/random/as241.h"
#include "core/random/normal.h"
#include "core/random/normal_centre.h"
#include "core/vector_math.h"

/* ---- tails ---------------------------------------------------------------------------------- */

/* Numbers: a block and its tails stay in the first cache; a group has a bit for each. */
enum { BLOCK = 1024, GROUP = 64 };

/* What of a block is no matter of the centre: probabilities, and where their quantiles go. There
 * is room for a vector more. */
typedef struct tail_list {
  size_t n, at[BLOCK + BT_WIDTH];
  double p[BLOCK + BT_WIDTH];
} tail_list;

/* A bit for each lane: whether |q| is more than the centre reaches, or q is not a number. */
static inline uint64_t lanes_outside(bt_vector q)
{
  bt_vector size = bt_vector_abs(q), limit = bt_vector_of(bt_normal_centre_reaches);
#if BT_WIDTH == 8
  return _mm512_cmp_pd_mask(size, limit, _CMP_NLE_UQ);
#elif BT_WIDTH == 4
  return (uint64_t)_mm256_movemask_pd(_mm256_cmp_pd(size, limit, _CMP_NLE_UQ));
#elif defined(__SSE2__)
  return (uint64_t)_mm_movemask_pd(_mm_cmpnle_pd(size, limit));
#else
  return (uint64_t) !(size[0] <= limit[0]) | (uint64_t) !(size[1] <= limit[1]) << 1;
#endif
}

/* Where in a group, bit by bit. */
static inline uint64_t outside_of(const double p[GROUP])
{
  uint64_t outside = 0;
  for (size_t i = 0; i < GROUP; i += BT_WIDTH)
    outside |= lanes_outside(bt_vector_load(p + i) - 0.5) << i;
  return outside;
}

static inline void add_tails(tail_list *tails, const double *p, size_t first, uint64_t outside)
{
  for (; outside; outside &= outside - 1) {
    size_t at = first + (size_t)__builtin_ctzll(outside);
    tails->at[tails->n] = at;
    tails->p[tails->n++] = p[at];
  }
}

/* What is left over of whole groups is filled up with the middle. */
static void collect(tail_list *tails, const double *p, size_t n)
{
  double rest[GROUP];
  size_t n_rest = n % GROUP, n_whole = n - n_rest;
  tails->n = 0;
  for (size_t i = 0; i < n_whole; i += GROUP) add_tails(tails, p, i, outside_of(p + i));
  if (!n_rest) return;
  memcpy(rest, p + n_whole, n_rest * sizeof *rest);
  for (size_t i = n_rest; i < GROUP; i++) rest[i] = 0.5;
  add_tails(tails, p, n_whole, outside_of(rest));
}

static double logarithm(double x)
{
  return Sleef_cinz_logd1_u10purec(x);
}

/* Of a vector of p; what lies far out, or has no quantile, is one by one. */
static void invert_tail(double x[BT_WIDTH], const double *p)
{
  const bt_as241_rational *tail = &bt_as241_tail;
  bt_vector v = bt_vector_load(p);
  bt_vector r = bt_vector_sqrt(-bt_vector_log(bt_vector_smaller(v, 1 - v)));
  bt_vector t = r - 1.6;
  bt_vector a = bt_vector_of(tail->above[BT_AS241_TERMS - 1]);
  bt_vector b = bt_vector_of(tail->below[BT_AS241_TERMS - 1]);
  for (int i = BT_AS241_TERMS - 2; i >= 0; i--) {
    a = a * t + tail->above[i];
    b = b * t + tail->below[i];
  }
  bt_vector_store(x, a / b);
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = p[i] < 0.5 ? -x[i] : x[i];
  if (bt_vector_all_within(r, 5)) return;
  for (size_t i = 0; i < BT_WIDTH; i++) x[i] = bt_as241_quantile(p[i], logarithm);
}

/* Fills the last vector up, and puts quantiles where they belong. */
static void invert_tails(double *out, tail_list *tails)
{
  const double unused = 0.001;
  for (size_t i = 0; i < BT_WIDTH; i++) tails->p[tails->n + i] = unused;
  for (size_t i = 0; i < tails->n; i += BT_WIDTH) {
    double x[BT_WIDTH];
    invert_tail(x, tails->p + i);
    for (size_t k = 0; k < BT_WIDTH && i + k < tails->n; k++) out[tails->at[i + k]] = x[k];
  }
}

/* ---- both ----------------------------------------------------------------------------------- */

/* What is left over of whole vectors is the beginning of one. */
static void invert_block(double *out, const double *p, size_t n)
{
  tail_list tails;
  double rest[BT_WIDTH] = {0};
  size_t n_rest = n % BT_WIDTH, n_whole = n - n_rest;
  collect(&tails, p, n);
  memcpy(rest, p + n_whole, n_rest * sizeof *rest);
  for (size_t i = 0; i < n_whole; i += BT_WIDTH)
    bt_vector_store(out + i, bt_normal_centre(bt_vector_load(p + i)));
  bt_vector_store(rest, bt_normal_centre(bt_vector_load(rest)));
  memcpy(out + n_whole, rest, n_rest * sizeof *out);
  invert_tails(out, &tails);
}

void bt_normal_quantiles(double *out, const double *p, size_t n)
{
  for (size_t i = 0; i < n; i += BLOCK) invert_block(out + i, p + i, n - i < BLOCK ? n - i : BLOCK);
}
