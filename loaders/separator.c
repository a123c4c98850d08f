#include "loaders/separator.h"

#include <stdint.h>
#include <string.h>

#include "core/char.h"
#include "loaders/decimal.h"
#include "loaders/stamp.h"

enum { LINES_LOOKED_AT = 12 };

const char *bt_separator__next_line(const char *at)
{
  const char *end = strchr(at, '\n');
  return end ? end + 1 : at + strlen(at);
}

/* At a tie the comma loses: it may be a decimal mark. */
static const char candidates[BT_N_SEPARATORS] = {';', '\t', '|', ','};

/* How often each candidate stands outside quotes in the line at `at`. Returns its end. */
static const char *count_in_line(size_t counts[BT_N_SEPARATORS], const char *at)
{
  bool quoted = false;
  for (size_t s = 0; s < BT_N_SEPARATORS; s++) counts[s] = 0;
  for (; *at && *at != '\n'; at++) {
    if (bt_char_is_digit(*at)) continue; /* as most are */
    if (*at == '"') quoted = !quoted;
    for (size_t s = 0; s < BT_N_SEPARATORS; s++) counts[s] += *at == candidates[s] && !quoted;
  }
  return at;
}

/* Separators in all the lines that have the same number of them, for the best such number. */
static size_t evenness(const size_t *counts, size_t n_lines)
{
  size_t best = 0;
  for (size_t i = 0; i < n_lines; i++) {
    size_t n_equal = 0;
    for (size_t k = 0; k < n_lines; k++) n_equal += counts[k] == counts[i];
    if (n_equal * counts[i] > best) best = n_equal * counts[i];
  }
  return best;
}

/* Excel's first line: sep=; */
static bool is_announced(const char *text, char separator)
{
  return strncmp(text, "sep=", 4) == 0 && text[4] == separator;
}

size_t bt_separator__rank(char ranked[BT_N_SEPARATORS], const char *text)
{
  size_t by_line[LINES_LOOKED_AT][BT_N_SEPARATORS], counts[LINES_LOOKED_AT];
  size_t even[BT_N_SEPARATORS], n_ranked = 0, n_lines = 0;
  for (const char *at = text; *at && n_lines < LINES_LOOKED_AT; at = bt_separator__next_line(at))
    if (*at != '\n' && *at != '\r' && *at != '#') at = count_in_line(by_line[n_lines++], at);
  for (size_t s = 0; s < BT_N_SEPARATORS; s++) {
    for (size_t i = 0; i < n_lines; i++) counts[i] = by_line[i][s];
    size_t evenness_now = evenness(counts, n_lines);
    if (is_announced(text, candidates[s])) evenness_now = SIZE_MAX;
    if (evenness_now == 0) continue;
    size_t place = n_ranked++;
    for (; place > 0 && even[place - 1] < evenness_now; place--) {
      even[place] = even[place - 1];
      ranked[place] = ranked[place - 1];
    }
    even[place] = evenness_now;
    ranked[place] = candidates[s];
  }
  if (n_ranked == 0) ranked[n_ranked++] = ',';
  return n_ranked;
}

char bt_separator__find(const char *text)
{
  char ranked[BT_N_SEPARATORS];
  (void)bt_separator__rank(ranked, text);
  return ranked[0];
}

/* Digits with marks, and what vendors put around them; not a date. */
static bool looks_numeric(const char *text)
{
  bt_stamp stamp;
  size_t length = strlen(text);
  /* with the bytes of the euro, pound and yen signs and of the no-break space */
  if (strspn(text, "0123456789.,+-$%KMBT \xe2\x82\xac\xc2\xa3\xa5\xa0") != length ||
      !strpbrk(text, "0123456789"))
    return false;
  return !bt_stamp__parse(&stamp, text, length) || stamp.kind > BT_STAMP_PARTS;
}

char bt_separator__decimal_mark(bool *shown, const bt_cells *cells, size_t first, char separator)
{
  size_t n_points = 0, n_commas = 0, n_unclear = 0;
  for (size_t row = first; row < cells->n_rows; row++)
    for (size_t c = 0; c < bt_cells__count(cells, row); c++) {
      const char *text = bt_cells__at(cells, row, c);
      if (!strpbrk(text, ".,") || !looks_numeric(text)) continue;
      char mark = bt_decimal__mark_shown(text, strlen(text));
      n_points += mark == '.';
      n_commas += mark == ',';
      n_unclear += mark == 0 && strchr(text, ',');
    }
  *shown = n_commas != n_points;
  if (*shown) return n_commas > n_points ? ',' : '.';
  /* 1,234 alone: where the comma is free to be one it is a decimal mark */
  return n_unclear > 0 && separator == ';' ? ',' : '.';
}
