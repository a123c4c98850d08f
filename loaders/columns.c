#include "loaders/columns.h"

#include <string.h>

enum { NAME_MOST = 256 }; /* bytes of a name that are looked at */

/* The usual keys of each role, the best first. A * at the end stands for any continuation. */
static const char *const role_keys[BT_ROLE_COUNT] = {
    [BT_ROLE_OPEN] =
        "open openprice opening openingprice o eroffnung eroeffnung eroffn erster "
        "eroffnungskurs anfangskurs otwarcie abertura apertura ouverture ouv opn first "
        "openbid openask acilis oppning openprc",
    [BT_ROLE_HIGH] = "high highprice highest h hoch tageshoch hochst hochstkurs najwyzszy maxima "
                     "maximo massimo maximum max plushaut haut alto hoog yuksek dayhigh hi high1",
    [BT_ROLE_LOW] =
        "low lowprice lowest l tief tagestief tiefst tiefstkurs najnizszy minima minimo "
        "minimum min plusbas bas bajo laag dusuk daylow lo low1",
    [BT_ROLE_CLOSE] = "close closeprice closing closingprice closelast c schluss schlusskurs "
                      "zamkniecie fechamento cierre chiusura cloture slot settle settlement "
                      "settlementprice last lastprice price ultimo zuletzt dernier ostatnio laatst "
                      "simdi ltp latest clot trdprc1 closeclose*",
    [BT_ROLE_ADJUSTED] = "adjclose adjustedclose adjcloseprice closeadj closeadjusted adjusted "
                         "adjclosing adjustedcloseprice adjclosedprice adjprice adjcloseadj*",
    [BT_ROLE_VOLUME] = "volume tickvolume tickvol vol volumen wolumen wol v qtits sharestraded "
                       "totaltradequantity quantity stuck volumes hac realvolume acvoluns volume*",
    [BT_ROLE_DATE] = "datetime timestamp unix unixtimestamp unixtime epoch opentime windowstart "
                     "localtime gmttime utctime timeutc dateutc datetimeutc startdate starttime "
                     "timeperiodstart bartime tsevent ts date tradedate tradingdate tradingday "
                     "quotedate pricedate datum fecha tarih data jour giorno dt day t begin time "
                     "timestamp* datetime* date* time*",
    [BT_ROLE_TIME] = "time timeofday hora zeit uhrzeit heure czas godzina ora tijd",
    [BT_ROLE_SYMBOL] = "symbol ticker stocksymbol tickersymbol actsymbol tscode secid ativo isin "
                       "figi ric permno instrument stock name"};

static const char day_keys[] =
    "date tradedate tradingdate tradingday quotedate pricedate datum fecha "
    "tarih data jour giorno day";

static const char *const role_names[BT_ROLE_COUNT] = {
    "open", "high", "low", "close", "adjusted close", "volume", "date", "time", "symbol"};

const char *bt_columns__role_name(bt_role role)
{
  return role < BT_ROLE_COUNT ? role_names[role] : "other";
}

size_t bt_columns__count(const bt_cells *cells, size_t row)
{
  size_t n = bt_cells__count(cells, row);
  return n < BT_FIELDS_MOST ? n : BT_FIELDS_MOST;
}

void bt_columns__reset(bt_columns *columns)
{
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) columns->at[role] = BT_NO_COLUMN;
  columns->joined_times = false;
}

/* The plain letter of an accented one in two bytes of UTF-8, 0 where there is none. */
static char plain_letter(unsigned char lead, unsigned char next)
{
  static const char latin[] = "aaaaaaaceeeeiiiidnooooo0ouuuuy0saaaaaaaceeeeiiiidnooooo0ouuuuy0y";
  static const struct {
    unsigned char lead, next;
    char letter;
  } others[] = {{0xc4, 0x84, 'a'}, {0xc4, 0x85, 'a'}, {0xc4, 0x86, 'c'}, {0xc4, 0x87, 'c'},
                {0xc4, 0x98, 'e'}, {0xc4, 0x99, 'e'}, {0xc4, 0xb0, 'i'}, {0xc4, 0xb1, 'i'},
                {0xc5, 0x81, 'l'}, {0xc5, 0x82, 'l'}, {0xc5, 0x83, 'n'}, {0xc5, 0x84, 'n'},
                {0xc5, 0x9a, 's'}, {0xc5, 0x9b, 's'}, {0xc5, 0x9e, 's'}, {0xc5, 0x9f, 's'},
                {0xc5, 0xb9, 'z'}, {0xc5, 0xba, 'z'}, {0xc5, 0xbb, 'z'}, {0xc5, 0xbc, 'z'}};
  if (lead == 0xc3 && next >= 0x80 && next < 0xc0)
    return latin[next - 0x80] == '0' ? '\0' : latin[next - 0x80];
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (others[i].lead == lead && others[i].next == next) return others[i].letter;
  return '\0';
}

char *bt_columns__key(char key[BT_KEY_SIZE], const char *name)
{
  size_t length = 0;
  const unsigned char *start = (const unsigned char *)name, *at = start;
  for (; *at && length + 1 < BT_KEY_SIZE && at < start + NAME_MOST; at++) {
    char c = (char)*at;
    if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
    if (*at >= 0xc3 && at[1]) c = plain_letter(at[0], at[1]);
    bool digit = c >= '0' && c <= '9';
    /* "1. open": numbers in front are an enumeration */
    if (!(c >= 'a' && c <= 'z') && !(digit && length > 0)) continue;
    key[length++] = c;
  }
  key[length] = '\0';
  return key;
}

/* Place of the key in a list of keys, BT_NO_COLUMN where it is not in it. */
static size_t rank_of(const char *key, const char *keys)
{
  if (*key == '\0') return BT_NO_COLUMN;
  const char *word = keys;
  for (size_t rank = 0; *word; rank++) {
    const char *at = key;
    while (*at && *at == *word) at++, word++;
    if (*word == '*' || (*at == '\0' && (*word == ' ' || *word == '\0'))) return rank;
    while (*word && *word != ' ') word++;
    while (*word == ' ') word++;
  }
  return BT_NO_COLUMN;
}

/* The column with the best name for a role; *twice where two have the same. */
static size_t best_column(const bt_cells *cells, size_t row, bt_role role, bool *twice)
{
  size_t best = BT_NO_COLUMN, best_rank = BT_NO_COLUMN;
  char key[BT_KEY_SIZE];
  *twice = false;
  for (size_t c = 0; c < bt_columns__count(cells, row); c++) {
    size_t rank = rank_of(bt_columns__key(key, bt_cells__at(cells, row, c)), role_keys[role]);
    if (rank == BT_NO_COLUMN || rank > best_rank) continue;
    *twice = rank == best_rank;
    if (*twice) continue;
    best = c;
    best_rank = rank;
  }
  return best;
}

static bool is_amount(const bt_columns *columns, size_t column)
{
  for (size_t role = BT_ROLE_OPEN; role <= BT_ROLE_VOLUME; role++)
    if (columns->at[role] == column) return true;
  return false;
}

size_t bt_columns__candidate(const bt_columns *columns, const bt_cells *cells, size_t row,
                             bt_name_kind kind, size_t n)
{
  char key[BT_KEY_SIZE];
  const char *const keys_of[] = {[BT_NAME_DATE] = role_keys[BT_ROLE_DATE],
                                 [BT_NAME_DAY] = day_keys,
                                 [BT_NAME_TIME] = role_keys[BT_ROLE_TIME],
                                 [BT_NAME_SYMBOL] = role_keys[BT_ROLE_SYMBOL]};
  const char *keys = keys_of[kind];
  size_t least = 0; /* ranks below this one were candidates before */
  for (size_t i = 0;; i++) {
    size_t best = BT_NO_COLUMN, best_rank = BT_NO_COLUMN;
    for (size_t c = 0; c < bt_columns__count(cells, row); c++) {
      if (is_amount(columns, c)) continue;
      size_t rank = rank_of(bt_columns__key(key, bt_cells__at(cells, row, c)), keys);
      if (rank == BT_NO_COLUMN || rank < least || rank >= best_rank) continue;
      best = c;
      best_rank = rank;
    }
    if (best == BT_NO_COLUMN || i == n) return best;
    least = best_rank + 1;
  }
}

/* ---- names with an addition: AAPL.Open, Open Price ------------------------------------------- */

/* How the four names of a set are decorated. */
typedef struct addition {
  char text[BT_KEY_SIZE];
  bool in_front;
} addition;

/* The keys of a row, as every name is compared with every other one. */
typedef struct row_keys {
  size_t n;
  char key[BT_FIELDS_MOST][BT_KEY_SIZE];
} row_keys;

static void read_keys(row_keys *out, const bt_cells *cells, size_t row)
{
  out->n = bt_columns__count(cells, row);
  for (size_t c = 0; c < out->n; c++) bt_columns__key(out->key[c], bt_cells__at(cells, row, c));
}

static size_t find_decorated(const row_keys *keys, const addition *a, const char *word)
{
  char wanted[2 * BT_KEY_SIZE];
  size_t n_text = strlen(a->text), n_word = strlen(word);
  memcpy(wanted, a->in_front ? a->text : word, a->in_front ? n_text : n_word);
  memcpy(wanted + (a->in_front ? n_text : n_word), a->in_front ? word : a->text,
         a->in_front ? n_word : n_text);
  wanted[n_text + n_word] = '\0';
  for (size_t c = 0; c < keys->n; c++)
    if (strcmp(keys->key[c], wanted) == 0) return c;
  return BT_NO_COLUMN;
}

/* What is left of a name when a word is taken off either end. */
static bool read_addition(addition *out, const char *key, const char *word, bool in_front)
{
  size_t length = strlen(key), n_word = strlen(word);
  if (length <= n_word) return false;
  if (memcmp(in_front ? key + length - n_word : key, word, n_word) != 0) return false;
  out->in_front = in_front;
  memcpy(out->text, in_front ? key : key + n_word, length - n_word);
  out->text[length - n_word] = '\0';
  return true;
}

/* The words of a set of prices: AAPL.Open, PX_LAST, mid.c. */
static const char *const set_words[][4] = {
    {"open", "high", "low", "close"}, {"open", "high", "low", "last"}, {"o", "h", "l", "c"}};

enum { N_SET_WORDS = sizeof set_words / sizeof set_words[0] };

static bool find_set(bt_columns *out, const row_keys *keys, const addition *a,
                     const char *const words[4])
{
  bt_columns__reset(out);
  for (size_t role = BT_ROLE_OPEN; role <= BT_ROLE_CLOSE; role++) {
    out->at[role] = find_decorated(keys, a, words[role]);
    if (out->at[role] == BT_NO_COLUMN) return false;
  }
  out->at[BT_ROLE_ADJUSTED] = find_decorated(keys, a, "adjusted");
  if (out->at[BT_ROLE_ADJUSTED] == BT_NO_COLUMN)
    out->at[BT_ROLE_ADJUSTED] = find_decorated(keys, a, "adjclose");
  out->at[BT_ROLE_VOLUME] = find_decorated(keys, a, "volume");
  return true;
}

/* Counts the complete sets up to two and takes the columns of the first one. */
static size_t find_decorated_sets(bt_columns *out, const bt_cells *cells, size_t row)
{
  size_t n_sets = 0;
  row_keys keys;
  read_keys(&keys, cells, row);
  for (size_t w = 0; w < N_SET_WORDS && n_sets == 0; w++)
    for (size_t c = 0; c < keys.n && n_sets < 2; c++)
      for (int in_front = 0; in_front < 2; in_front++) {
        addition a;
        bt_columns set;
        if (!read_addition(&a, keys.key[c], set_words[w][0], in_front)) continue;
        if (find_set(&set, &keys, &a, set_words[w]) && n_sets++ == 0) *out = set;
      }
  return n_sets;
}

/* Whether a column is named like that of a role, with `number` behind it. */
static bool has_numbered(const bt_columns *columns, const row_keys *keys, size_t role,
                         const char *number)
{
  const char *name = keys->key[columns->at[role]];
  size_t n_name = strlen(name);
  for (size_t c = 0; c < keys->n; c++)
    if (strncmp(keys->key[c], name, n_name) == 0 && strcmp(keys->key[c] + n_name, number) == 0)
      return true;
  return false;
}

bool bt_columns__have_copy(const bt_columns *columns, const bt_cells *cells, size_t row)
{
  row_keys keys;
  read_keys(&keys, cells, row);
  const char *open = keys.key[columns->at[BT_ROLE_OPEN]];
  size_t n_open = strlen(open);
  for (size_t c = 0; c < keys.n; c++) {
    const char *number = keys.key[c] + n_open;
    if (strncmp(keys.key[c], open, n_open) != 0 || *number == '\0') continue;
    if (number[strspn(number, "0123456789")] != '\0') continue;
    if (has_numbered(columns, &keys, BT_ROLE_HIGH, number) &&
        has_numbered(columns, &keys, BT_ROLE_LOW, number) &&
        has_numbered(columns, &keys, BT_ROLE_CLOSE, number))
      return true;
  }
  return false;
}

/* ---- a whole header ----------------------------------------------------------------------------
 */

/* The plain names. Counts the prices found; *missing is the first one that is not there, *twice
 * the first one that is there more than once. */
static size_t find_plain(bt_columns *out, bt_role *missing, bt_role *twice, const bt_cells *cells,
                         size_t row)
{
  size_t n_prices = 0;
  bt_columns__reset(out);
  *missing = *twice = BT_ROLE_NONE;
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) {
    bool several = false;
    out->at[role] = best_column(cells, row, (bt_role)role, &several);
    if (role <= BT_ROLE_ADJUSTED && several && *twice == BT_ROLE_NONE) *twice = (bt_role)role;
    if (role > BT_ROLE_CLOSE) continue;
    n_prices += out->at[role] != BT_NO_COLUMN;
    if (out->at[role] == BT_NO_COLUMN && *missing == BT_ROLE_NONE) *missing = (bt_role)role;
  }
  return n_prices;
}

bt_columns_found bt_columns__find(bt_columns *out, bt_role *missing, const bt_cells *cells,
                                  size_t row)
{
  bt_role twice = BT_ROLE_NONE;
  size_t n_prices = find_plain(out, missing, &twice, cells, row);
  bool has_date = out->at[BT_ROLE_DATE] != BT_NO_COLUMN;
  if (n_prices < 4) {
    bt_columns set;
    size_t n_sets = find_decorated_sets(&set, cells, row);
    bool header = n_prices >= 2 || (has_date && bt_cells__count(cells, row) >= 2);
    if (n_sets == 0) return header ? BT_COLUMNS_SOME : BT_COLUMNS_NONE;
    if (n_sets > 1) {
      *missing = BT_ROLE_OPEN;
      return BT_COLUMNS_TWICE;
    }
    set.at[BT_ROLE_DATE] = out->at[BT_ROLE_DATE];
    set.at[BT_ROLE_TIME] = out->at[BT_ROLE_TIME];
    for (size_t role = BT_ROLE_ADJUSTED; role <= BT_ROLE_VOLUME; role++)
      if (set.at[role] == BT_NO_COLUMN) set.at[role] = out->at[role];
    *out = set;
  } else if (twice != BT_ROLE_NONE) {
    *missing = twice;
    return BT_COLUMNS_TWICE;
  } else if (bt_columns__have_copy(out, cells, row)) {
    *missing = BT_ROLE_OPEN;
    return BT_COLUMNS_TWICE;
  }
  /* where all columns are adjusted, the close is the adjusted close */
  if (out->at[BT_ROLE_ADJUSTED] == out->at[BT_ROLE_CLOSE]) out->at[BT_ROLE_ADJUSTED] = BT_NO_COLUMN;
  *missing = BT_ROLE_DATE;
  return has_date ? BT_COLUMNS_ALL : BT_COLUMNS_PRICES;
}
