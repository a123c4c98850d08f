#include "core/suggest.h"

#include <string.h>

enum {
  WORD_MOST = 40,  /* longer words are no misspelt names */
  PREFIX_LEAST = 3 /* so many letters are the beginning of a name rather than a wrong one */
};

static size_t least_of(size_t a, size_t b)
{
  return a < b ? a : b;
}

/* ASCII alone, so that the answer does not depend on the locale. */
static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int same_letter(char a, char b)
{
  return lower(a) == lower(b);
}

/* Optimal string alignment distance: insert, delete, change, swap of neighbours. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
  size_t rows[3][WORD_MOST + 1];
  size_t *before = rows[0], *last = rows[1], *now = rows[2];
  for (size_t j = 0; j <= n_b; j++) last[j] = j;
  for (size_t i = 1; i <= n_a; i++) {
    now[0] = i;
    for (size_t j = 1; j <= n_b; j++) {
      size_t change = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
      now[j] = least_of(change, least_of(last[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
        now[j] = least_of(now[j], before[j - 2] + 1);
    }
    size_t *spare = before;
    before = last;
    last = now;
    now = spare;
  }
  return last[n_b];
}

/* n: the letters of word, at least one. */
static int begins_with(const char *name, const char *word, size_t n)
{
  size_t i = 0;
  do
    if (!same_letter(name[i], word[i])) return 0;
  while (++i < n);
  return 1;
}

/* The shortest name that begins with the word; NULL where there is none. */
static const char *complete(const char *word, size_t length, const char *const *candidates,
                            size_t n_candidates)
{
  const char *best = NULL;
  for (size_t i = 0; i < n_candidates; i++)
    if (begins_with(candidates[i], word, length) && (!best || strlen(candidates[i]) < strlen(best)))
      best = candidates[i];
  return best;
}

const char *bt_suggest(const char *word, const char *const *candidates, size_t n_candidates)
{
  const char *best = NULL;
  size_t length = strlen(word), least = 0;
  if (length == 0 || length > WORD_MOST) return NULL;
  if (length >= PREFIX_LEAST) best = complete(word, length, candidates, n_candidates);
  if (best) return best;
  for (size_t i = 0; i < n_candidates; i++) {
    size_t n = strlen(candidates[i]), longer = n > length ? n : length;
    if (n > WORD_MOST) continue;
    size_t allowed = longer / 3 > 1 ? longer / 3 : 1;
    size_t edits = distance(word, length, candidates[i], n);
    if (edits > allowed || edits >= longer || (best && edits >= least)) continue;
    best = candidates[i];
    least = edits;
  }
  return best;
}
