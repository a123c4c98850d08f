/* greek.h - the derivatives of a price that paths estimate.
 *
 * By the spot, once and twice; by vol and by rate, of 1.00; theta is a year's, with its sign as
 * time passes: minus the derivative by the expiry, with which all dates move.
 */
#ifndef BT_CORE_MONTECARLO_GREEK_H
#define BT_CORE_MONTECARLO_GREEK_H

typedef enum bt_greek { BT_DELTA, BT_GAMMA, BT_VEGA, BT_THETA, BT_RHO } bt_greek;
enum { BT_GREEK_COUNT = BT_RHO + 1 };

#endif
