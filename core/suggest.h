/* suggest.h - the known name nearest to a misspelt one. */
#ifndef BT_CORE_SUGGEST_H
#define BT_CORE_SUGGEST_H

#include <stddef.h>

/* The candidate with the least edit distance (insert, delete, change, swap of neighbours; letter
 * case ignored) to word, or NULL when none is near: at most a third of the longer of the two words,
 * at least 1. Ties go to the earliest candidate. */
const char *bt_suggest(const char *word, const char *const *candidates, size_t n_candidates);

#endif
