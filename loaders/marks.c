#include "loaders/marks.h"

#include <math.h>

#include "loaders/decimal.h"
#include "loaders/separator.h"

enum { N_MARKS = 2 };

static const char marks[N_MARKS] = {'.', ','};

/* What the rows so far show. */
typedef struct evidence {
  size_t n_shown[N_MARKS];  /* numbers with a mark that can be nothing else */
  size_t n_nearer[N_MARKS]; /* rows whose prices lie nearer to each other when read with a mark */
  double whole;             /* the last price without any mark, 0 where there was none */
} evidence;

/* The prices of a row, read with either mark. */
typedef struct range {
  double low[N_MARKS], high[N_MARKS];
  bool unclear; /* some number is another one with the other mark, and shows no mark */
} range;

static void widen(range *r, const double price[N_MARKS])
{
  for (size_t m = 0; m < N_MARKS; m++) {
    r->low[m] = fmin(r->low[m], price[m]);
    r->high[m] = fmax(r->high[m], price[m]);
  }
}

static void look_at_price(evidence *e, range *r, const char *text, size_t length)
{
  double price[N_MARKS];
  char shown = bt_decimal__mark_shown(text, length);
  for (size_t m = 0; m < N_MARKS; m++) e->n_shown[m] += shown == marks[m];
  for (size_t m = 0; m < N_MARKS; m++) {
    if (bt_decimal__parse(&price[m], text, length, marks[m]) != BT_DECIMAL_OK) return;
    if (!(price[m] > 0)) return;
  }
  widen(r, price);
  if (price[0] < price[1] || price[0] > price[1])
    r->unclear = r->unclear || shown == 0;
  else
    e->whole = price[0];
}

/* The cell at `at`, without quotes and the blanks before it. Returns what follows. */
static const char *take_cell(const char **cell, size_t *length, const char *at, char separator)
{
  while (*at == ' ') at++;
  bool quoted = *at == '"';
  *cell = at += quoted;
  while (*at && *at != '\n' && *at != '\r' && (quoted ? *at != '"' : *at != separator)) at++;
  *length = (size_t)(at - *cell);
  while (*at && *at != '\n' && *at != separator) at++;
  return at;
}

static void look_at_row(evidence *e, const char *at, const bt_columns *columns, char separator)
{
  range r = {.low = {HUGE_VAL, HUGE_VAL}};
  double whole = e->whole;
  for (size_t column = 0; *at && *at != '\n' && column < BT_FIELDS_MOST; column++) {
    const char *cell;
    size_t length;
    at = take_cell(&cell, &length, at, separator);
    for (size_t role = BT_ROLE_OPEN; role <= BT_ROLE_CLOSE; role++)
      if (columns->at[role] == column) look_at_price(e, &r, cell, length);
    if (*at == separator) at++;
  }
  if (!r.unclear) return;
  if (whole > 0) widen(&r, (const double[N_MARKS]){whole, whole});
  double spread[N_MARKS] = {r.high[0] / r.low[0], r.high[1] / r.low[1]};
  for (size_t m = 0; m < N_MARKS; m++) e->n_nearer[m] += spread[m] < spread[1 - m];
}

char bt_marks__find(const char *rows, const bt_columns *columns, char separator, char otherwise)
{
  evidence e = {.whole = 0};
  for (const char *at = rows; *at; at = bt_separator__next_line(at))
    look_at_row(&e, at, columns, separator);
  if (e.n_shown[0] != e.n_shown[1]) return marks[e.n_shown[1] > e.n_shown[0]];
  if (e.n_nearer[0] != e.n_nearer[1]) return marks[e.n_nearer[1] > e.n_nearer[0]];
  return otherwise;
}
