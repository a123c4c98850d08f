/* exercise.h - the dates on which an option may be exercised, and paths at those dates.
 *
 * Dates are 1 .. n_dates, at expiry x date / n_dates; date 0 is today. Paths go back in time: the
 * Brownian motion at the last date comes first, and each earlier date is drawn given the one after
 * it (a bridge), so a path is one number at a time and nothing of it is kept. Source of the bridge:
 * Glasserman, Monte Carlo Methods in Financial Engineering (2003), section 3.1.
 *
 * Amounts are in strikes and worth today: what is paid on a date is discounted to now and divided
 * by the strike. The European option of the same terms is the control: what an exercise gains over
 * it is small beside the price.
 */
#ifndef BT_CORE_MONTECARLO_EXERCISE_H
#define BT_CORE_MONTECARLO_EXERCISE_H

#include "core/pricing/option.h"
#include "core/random/streams.h"

/* Paths that are handled together, and intervals of the table of a date. */
enum { BT_EXERCISE_BLOCK = 512, BT_EXERCISE_TABLE = 512 };

/* Immutable and shared. */
typedef struct bt_exercise {
  size_t n_dates;
  double sign;                      /* 1 for a call, -1 for a put */
  double rate, dividend;            /* per year */
  double expiry, step;              /* years; between two dates */
  double start;                     /* log(spot / strike) */
  double vol;                       /* per year */
  double step_drift;                /* of the log of the price, from date to date */
  double step_vol;                  /* its standard deviation */
  struct bt_exercise_table *tables; /* of dates 1 .. n_dates - 1, at date - 1 */
} bt_exercise;

/* spot, strike, vol and expiry > 0, n_dates >= 1. The caller clears *out with bt_exercise_clear.
 * Errors: NOMEM. */
bt_status bt_exercise_init(bt_exercise *out, const bt_vanilla *option, size_t n_dates,
                           bt_error *err);
void bt_exercise_clear(bt_exercise *exercise);

/* Goes back to a date: b[i] is the Brownian motion of path first + i in units of one step, so of
 * variance `date`; on entry that of date + 1, at the last date anything. first is even, n <=
 * BT_EXERCISE_BLOCK. */
void bt_exercise_walk(double *b, const bt_exercise *exercise, size_t date, const bt_stream *stream,
                      uint64_t first, size_t n);

/* price[i]: of the underlying, in strikes (not discounted), on that date. */
void bt_exercise_prices(double *price, const bt_exercise *exercise, size_t date, const double *b,
                        size_t n);

/* The same, each on a date of its own, as a double; the same bits. */
void bt_exercise_prices_on(double *price, const bt_exercise *exercise, const double *date,
                           const double *b, size_t n);

/* gain[i]: what is gained by exercise on that date, 1 .. n_dates, over holding the European option
 * on; -inf where nothing would be paid, 0 at the last date. The European price is from a table: to
 * some 1e-5 strikes, for decisions and for what they are fitted to, not for estimates. n: a
 * whole number of groups of eight (core/lanes.h). */
void bt_exercise_gains(double *gain, const bt_exercise *exercise, size_t date, const double *price,
                       const double *b, size_t n);

/* What exercise pays, and the price of the European option in full accuracy, each on a date of its
 * own: the discounted price is a martingale. date[i]: 0 .. n_dates, as a double. */
void bt_exercise_payoffs(double *payoff, const bt_exercise *exercise, const double *date,
                         const double *price, size_t n);
void bt_exercise_europeans(double *european, const bt_exercise *exercise, const double *date,
                           const double *price, size_t n);

/* What these two are made of, and their derivatives: the value is sign x (stock - strike), each as
 * far as it is expected to be exchanged. */
typedef struct bt_exercise_legs {
  double stock[BT_EXERCISE_BLOCK], strike[BT_EXERCISE_BLOCK];
  double by_vol[BT_EXERCISE_BLOCK]; /* derivative of the value by vol, date and price held */
  double years[BT_EXERCISE_BLOCK];  /* from today, when they are exchanged */
} bt_exercise_legs;

/* n <= BT_EXERCISE_BLOCK. */
void bt_exercise_payoff_legs(bt_exercise_legs *out, const bt_exercise *exercise, const double *date,
                             const double *price, size_t n);
void bt_exercise_european_legs(bt_exercise_legs *out, const bt_exercise *exercise,
                               const double *date, const double *price, size_t n);

#endif
