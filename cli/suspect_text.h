/* suspect_text.h - what looks suspicious in a universe, in a few lines that a person can act on. */
#ifndef BT_CLI_SUSPECT_TEXT_H
#define BT_CLI_SUSPECT_TEXT_H

#include "runners/scan.h"

/* Cases of a kind in all tickers; *n_tickers (may be NULL): how many have any. */
size_t bt_suspect_text_count(size_t *n_tickers, const bt_scan *scan, bt_suspect_kind kind);

/* Prints a line for each kind there is: how many cases on how many tickers, and what to make of it.
 */
void bt_suspect_text_print(const bt_scan *scan);

#endif
