/* synth_leftovers.h - files of an earlier, larger synthetic universe in the same folder.
 *
 * `--universe DIR` takes every CSV of a folder, so that S00051.csv must not outlive a universe
 * of 50. What DIR.txt, as synth wrote it, accounts for may be removed; anything else of such a name
 * is never touched but refused.
 */
#ifndef BT_LOADERS_SYNTH_LEFTOVERS_H
#define BT_LOADERS_SYNTH_LEFTOVERS_H

#include <stddef.h>

#include "core/status.h"

/* Sets *out to the number of tickers that DIR.txt accounts for, 0 where it is no list of synth's.
 * Errors: IO (the folder cannot be read), DATA (a file beyond n_tickers and *out; the message names
 * it). */
bt_status bt_synth__find_leftovers(size_t *out, const char *dir, size_t n_tickers, bt_error *err);

/* Removes the files of the tickers n_tickers + 1 .. n_listed. Errors: IO (names the path). */
bt_status bt_synth__remove_leftovers(const char *dir, size_t n_tickers, size_t n_listed,
                                     bt_error *err);

#endif
