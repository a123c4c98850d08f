/* Quantiles of many probabilities.
 *
 * The centre of AS 241 has 85% of them; the others need a logarithm, which costs more than all the
 * rest. Here a rational function of higher degree has 97.5%, and the others are collected into
 * vectors of their own for AS 241's tails. With q = p - 1/2 and w = p (1 - p) the centre is
 *
 *   x = q (sqrt(2 pi) + q^2 A(w) / B(w)),
 *
 * A / B the minimax approximation of degrees 10 and 11, within 1.03e-16 relative of what it stands
 * for, and so within 5e-17 of x. tools/normal_quantiles.py finds it. It is exact in doubles, too: q
 * is without error, w keeps its relative accuracy towards 0 and 1 (q^2, which approaches 1/4 there,
 * would not), all coefficients are positive, so that nothing cancels, and towards the middle the
 * sum becomes its first term.
 */
#include "core/random/as241.h"
#include "core/random/normal.h"
#include "core/vector_math.h"

static const double centre_reaches = 0.4875; /* |q| */
static const double root_of_two_pi = 2.5066282746310005024;

enum { ABOVE_TERMS = 11, BELOW_TERMS = 11 };

/* From the lowest power up; the highest of `below` has the coefficient 1. */
static const double above[ABOVE_TERMS] = {
    3.7890693162603342726e-13, 7.0920615360120847436e-10, 2.8551053054792833688e-7,
    0.00004013876183884547871, 0.002374409069669802292,   0.064148676568690431056,
    0.81156286274552444303,    4.7094715986373306706,     11.622009118661981268,
    10.255954267556019639,     2.0792649766005019623};
static const double below[BELOW_TERMS] = {
    1.9318834135110982188e-14, 4.7857699929030932693e-11, 2.4061627382451013406e-8,
    4.1968061624303788608e-6,  0.00031204509361032881041, 0.010894306450591608075,
    0.18618422227545476891,    1.5627937393189425033,     6.2278973558385857,
    10.823965275372244984,     6.8432886121931342146};

static inline bt_vector centre(bt_vector p, bt_vector q)
{
  bt_vector w = p * (1 - p);
  bt_vector a = bt_vector_of(above[ABOVE_TERMS - 1]), b = w + below[BELOW_TERMS - 1];
  for (int i = ABOVE_TERMS - 2; i >= 0; i--) {
    a = a * w + above[i];
    b = b * w + below[i];
  }
  return q * (root_of_two_pi + q * q * (a / b));
}

/* ---- tails ---------------------------------------------------------------------------------- */

enum { BLOCK = 1024 }; /* numbers: they and their tails stay in the first cache */

/* What of a block is no matter of the centre: probabilities, and where their quantiles go. There
 * is room for a vector more. */
typedef struct tail_list {
  size_t n, at[BLOCK + BT_WIDTH];
  double p[BLOCK + BT_WIDTH];
} tail_list;

/* A bit for each lane: whether |q| is more than the centre reaches, or q is not a number. */
static inline uint64_t lanes_outside(bt_vector q)
{
  bt_vector size = bt_vector_abs(q), limit = bt_vector_of(centre_reaches);
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

/* Of 64 numbers at a time the bits, then those that are set: few, and one branch for them. */
static void collect(tail_list *tails, const double *p, size_t n)
{
  tails->n = 0;
  for (size_t first = 0; first < n; first += 64) {
    uint64_t outside = 0;
    size_t last = n - first < 64 ? n - first : 64;
    for (size_t i = 0; i + BT_WIDTH <= last; i += BT_WIDTH)
      outside |= lanes_outside(bt_vector_load(p + first + i) - 0.5) << i;
    for (size_t i = last - last % BT_WIDTH; i < last; i++)
      outside |= (uint64_t) !(fabs(p[first + i] - 0.5) <= centre_reaches) << i;
    for (; outside; outside &= outside - 1) {
      size_t at = first + (size_t)__builtin_ctzll(outside);
      tails->at[tails->n] = at;
      tails->p[tails->n++] = p[at];
    }
  }
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

static inline void invert_centre(double *out, const double *p)
{
  bt_vector v = bt_vector_load(p);
  bt_vector_store(out, centre(v, v - 0.5));
}

/* What is left over of whole vectors is the beginning of one. */
static void invert_block(double *out, const double *p, size_t n)
{
  tail_list tails;
  double rest[BT_WIDTH] = {0};
  size_t i = 0, n_rest = n % BT_WIDTH;
  collect(&tails, p, n);
  memcpy(rest, p + n - n_rest, n_rest * sizeof *rest);
  for (; i + BT_WIDTH <= n; i += BT_WIDTH) invert_centre(out + i, p + i);
  invert_centre(rest, rest);
  memcpy(out + i, rest, n_rest * sizeof *out);
  invert_tails(out, &tails);
}

void bt_normal_quantiles(double *out, const double *p, size_t n)
{
  for (size_t i = 0; i < n; i += BLOCK) invert_block(out + i, p + i, n - i < BLOCK ? n - i : BLOCK);
}
