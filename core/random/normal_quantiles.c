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

/* Notes those of a vector at `first`. Each is written, and counts where it is of a tail. */
static void collect(tail_list *tails, bt_vector p, size_t first)
{
  for (size_t i = 0; i < BT_WIDTH; i++) {
    tails->p[tails->n] = p[i];
    tails->at[tails->n] = first + i;
    if (!(fabs(p[i] - 0.5) <= centre_reaches)) tails->n++;
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

static void invert_vector(double *out, const double *p, tail_list *tails, size_t first)
{
  bt_vector v = bt_vector_load(p), q = v - 0.5;
  if (!bt_vector_all_within(q, centre_reaches)) collect(tails, v, first);
  bt_vector_store(out, centre(v, q));
}

/* What is left over of whole vectors is the beginning of one. */
static void invert_block(double *out, const double *p, size_t n)
{
  tail_list tails;
  double rest[BT_WIDTH];
  size_t i = 0, n_rest = n % BT_WIDTH;
  tails.n = 0;
  for (; i + BT_WIDTH <= n; i += BT_WIDTH) invert_vector(out + i, p + i, &tails, i);
  if (n_rest) {
    for (size_t k = 0; k < BT_WIDTH; k++) rest[k] = k < n_rest ? p[i + k] : 0.5;
    invert_vector(rest, rest, &tails, i);
    memcpy(out + i, rest, n_rest * sizeof *out);
  }
  if (tails.n) invert_tails(out, &tails);
}

void bt_normal_quantiles(double *out, const double *p, size_t n)
{
  for (size_t i = 0; i < n; i += BLOCK) invert_block(out + i, p + i, n - i < BLOCK ? n - i : BLOCK);
}
