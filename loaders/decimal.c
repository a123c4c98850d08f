#include "loaders/decimal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/char.h"
#include "core/number.h"
#include "loaders/digits.h"

enum {
  DIGITS_MOST = 19,    /* any 19 digits fit in 64 bits */
  EXACT_POWER = 22,    /* 10^22 is the largest power of ten that is a double */
  DIGITS_KEPT = 440,   /* a double and half the step to the next one have as many near prices */
  PLAIN_SIZE = 460,    /* text of a number without its decoration: digits, one more, exponent */
  EXPONENT_MOST = 9999 /* more is out of range anyway, and must not overflow an int */
};

__extension__ typedef unsigned __int128 wide;

static const double power10_double[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* clang-format off */
static const uint64_t power10_whole[DIGITS_MOST + 1] = {
    1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u,
    10000000000u, 100000000000u, 1000000000000u, 10000000000000u, 100000000000000u,
    1000000000000000u, 10000000000000000u, 100000000000000000u, 1000000000000000000u,
    10000000000000000000u};
/* clang-format on */

static int leading_zeros(uint64_t value)
{
#if defined(__GNUC__)
  return __builtin_clzll(value);
#else
  int n = 0;
  for (; !(value >> 63); value <<= 1) n++;
  return n;
#endif
}

/* Of n > 0: 2^(63 + the bits of 10^n) / 10^n, rounded down to a whole number: it has 64 bits. */
/* clang-format off */
static const uint64_t tenth_power[DIGITS_MOST + 1] = {
    0, 14757395258967641292u, 11805916207174113034u, 9444732965739290427u, 15111572745182864683u,
    12089258196146291747u, 9671406556917033397u, 15474250491067253436u, 12379400392853802748u,
    9903520314283042199u, 15845632502852867518u, 12676506002282294014u, 10141204801825835211u,
    16225927682921336339u, 12980742146337069071u, 10384593717069655257u, 16615349947311448411u,
    13292279957849158729u, 10633823966279326983u, 17014118346046923173u};
/* clang-format on */

/* 2^exponent, far from the ends of the range. */
static inline double power2(int exponent)
{
  uint64_t bits = (uint64_t)(1023 + exponent) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* digits / 10^n_decimals for 0 < digits < 2^64 and n_decimals <= 19, rounded to nearest, ties to
 * even. Both are shifted up to 64 bits; then the quotient of digits * 2^63 has 62 to 64 bits, which
 * together with whether a remainder is left decides the rounding to 53. */
static __attribute__((noinline)) double divide_exactly(uint64_t digits, int n_decimals)
{
  uint64_t divisor = power10_whole[n_decimals];
  int digits_shift = leading_zeros(digits), divisor_shift = leading_zeros(divisor);
  wide dividend = (wide)(digits << digits_shift) << 63;
  divisor <<= divisor_shift;
  uint64_t quotient = (uint64_t)(dividend / divisor);
  if ((wide)quotient * divisor != dividend) quotient |= 1; /* far below the last bit kept */
  /* conversion rounds to nearest even; the last bit of the quotient only breaks ties */
  return (double)quotient * power2(divisor_shift - digits_shift - 63); /* exact */
}

/* The same for n_decimals > 0, mostly without a division. With digits and the tenth power both of
 * 64 bits the upper word of their product, p, has 63 or 64 bits, and what is sought lies in [p, p +
 * 2) times a power of two: the tenth power is less than 1 too small, and the lower word is cut. Of
 * the bits of p behind the 53 that stay, those two values tell the rounding unless they are half of
 * the last bit kept, or 1 less. */
static inline double divide(uint64_t digits, int n_decimals)
{
  int shift = leading_zeros(digits);
  int n_bits = 64 - leading_zeros(power10_whole[n_decimals]);
  uint64_t p = (uint64_t)((wide)(digits << shift) * tenth_power[n_decimals] >> 64);
  unsigned n_cut = 11u - (unsigned)leading_zeros(p);
  uint64_t half = (uint64_t)1 << (n_cut - 1), cut = p & (2 * half - 1);
  if (cut == half || cut == half - 1) return divide_exactly(digits, n_decimals);
  uint64_t kept = (p >> n_cut) + (cut > half);
  return (double)(int64_t)kept * power2((int)n_cut - shift + 1 - n_bits);
}

/* digits x 10^exponent where a short path is exact; false where it is not. */
static inline bool scale_exactly(double *out, uint64_t digits, int exponent)
{
  if (digits == 0) {
    *out = 0.0;
  } else if (digits <= (UINT64_C(1) << 53) && exponent >= -EXACT_POWER && exponent <= EXACT_POWER) {
    double whole = (double)digits;
    *out = exponent < 0 ? whole / power10_double[-exponent] : whole * power10_double[exponent];
  } else if (exponent == 0) {
    *out = (double)digits;
  } else if (exponent < 0 && exponent >= -DIGITS_MOST) {
    *out = divide(digits, -exponent);
  } else {
    return false;
  }
  return true;
}

/* ---- decorated numbers: the long way ------------------------------------------------------ */

/* A number reduced to sign, digits and exponent while it is read. */
typedef struct reading {
  const char *at, *end;
  char mark;
  bool negative, nested; /* nested: (12.50) */
  char *digits;          /* without leading zeros, at most DIGITS_KEPT and a sticky one */
  int n_digits, exponent;
  bool any_digit, sticky; /* sticky: a digit past those kept is not 0 */
} reading;

static bool skip_text(reading *r, const char *text)
{
  size_t length = strlen(text);
  if ((size_t)(r->end - r->at) < length || memcmp(r->at, text, length) != 0) return false;
  r->at += length;
  return true;
}

/* Blanks, the no-break spaces U+00A0 and U+202F, and currency signs. */
static void skip_decoration(reading *r)
{
  static const char *const signs[] = {
      " ",        "\t",       "\xc2\xa0",     "\xe2\x80\xaf", "$",   "US$", "R$", "\xe2\x82\xac",
      "\xc2\xa3", "\xc2\xa5", "\xe2\x82\xb9", "USD",          "EUR", "GBP"};
  bool found = true;
  while (found) {
    found = false;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && !found; i++)
      found = skip_text(r, signs[i]);
  }
}

static void read_sign(reading *r)
{
  if (r->at < r->end && *r->at == '(') {
    r->nested = r->negative = true;
    r->at++;
  } else if (skip_text(r, "-") || skip_text(r, "\xe2\x88\x92")) { /* U+2212 too */
    r->negative = true;
  } else {
    (void)skip_text(r, "+");
  }
}

/* Takes a digit, or only notes it where there are enough; false then. */
static bool take_digit(reading *r, char digit)
{
  r->any_digit = true;
  if (r->n_digits == 0 && digit == '0') return true;
  if (r->n_digits >= DIGITS_KEPT) {
    r->sticky = r->sticky || digit != '0';
    return false;
  }
  r->digits[r->n_digits++] = digit;
  return true;
}

/* One thousands separator: . or , (whichever is not the decimal mark), a blank, an apostrophe. */
static size_t group_length(const reading *r)
{
  if (r->at >= r->end) return 0;
  if (*r->at == (r->mark == '.' ? ',' : '.') || *r->at == ' ' || *r->at == '\'') return 1;
  if (r->end - r->at >= 2 && memcmp(r->at, "\xc2\xa0", 2) == 0) return 2;
  if (r->end - r->at >= 3 && memcmp(r->at, "\xe2\x80\xaf", 3) == 0) return 3;
  return 0;
}

/* The length of each group but the last. */
typedef struct grouping {
  int n_groups; /* separators so far */
  int first, between;
} grouping;

/* 1,234,567 or, in India, 12,34,567: all groups between the first and the last are alike. */
static bool take_group(grouping *g, int length)
{
  if (g->n_groups == 1 && (length == 2 || length == 3)) g->between = length;
  if (g->n_groups++ == 0)
    g->first = length;
  else if (length != g->between)
    return false;
  return g->first >= 1 && g->first <= 3;
}

static bool read_whole(reading *r)
{
  grouping g = {0};
  int in_group = 0;
  while (r->at < r->end) {
    if (bt_char_is_digit(*r->at)) {
      if (!take_digit(r, *r->at++)) r->exponent++;
      in_group++;
      continue;
    }
    size_t length = group_length(r);
    if (length == 0 || r->at + length >= r->end || !bt_char_is_digit(r->at[length])) break;
    if (!take_group(&g, in_group)) return false;
    in_group = 0;
    r->at += length;
  }
  return g.n_groups == 0 || (in_group == 3 && g.first <= (g.between == 2 ? 2 : 3));
}

static void read_decimals(reading *r)
{
  if (r->at >= r->end || *r->at != r->mark) return;
  for (r->at++; r->at < r->end && bt_char_is_digit(*r->at); r->at++)
    if (take_digit(r, *r->at)) r->exponent--;
}

static bool read_exponent(reading *r)
{
  if (r->at >= r->end || (*r->at != 'e' && *r->at != 'E')) return true;
  const char *at = r->at + 1;
  bool negative = at < r->end && *at == '-';
  if (at < r->end && (*at == '-' || *at == '+')) at++;
  if (at >= r->end || !bt_char_is_digit(*at)) return true; /* EUR begins like an exponent */
  int value = 0;
  for (; at < r->end && bt_char_is_digit(*at); at++)
    if (value <= EXPONENT_MOST) value = value * 10 + (*at - '0');
  r->exponent += negative ? -value : value;
  r->at = at;
  return true;
}

static void read_suffix(reading *r)
{
  static const char letters[] = "KkMmBbTt";
  const char *found = r->at < r->end ? memchr(letters, *r->at, sizeof letters - 1) : NULL;
  if (!found) return;
  r->exponent += 3 * (int)((found - letters) / 2 + 1);
  r->at++;
}

static bt_decimal finish(double *out, reading *r)
{
  if (r->sticky) { /* a little more than the digits kept: all that rounding asks */
    r->digits[r->n_digits++] = '1';
    r->exponent--;
  }
  uint64_t digits = 0;
  for (int i = 0; i < r->n_digits && i < DIGITS_MOST; i++)
    digits = digits * 10 + (uint64_t)(r->digits[i] - '0');
  double value;
  if (r->n_digits > DIGITS_MOST || !scale_exactly(&value, digits, r->exponent)) {
    char plain[PLAIN_SIZE];
    (void)snprintf(plain, sizeof plain, "%.*se%d", r->n_digits, r->digits, r->exponent);
    /* the text is a number: only its size can be wrong */
    if (!bt_number_parse(&value, plain)) {
      if (r->exponent + r->n_digits > 0) return BT_DECIMAL_INFINITE;
      value = 0.0;
    }
  }
  *out = r->negative ? -value : value;
  return BT_DECIMAL_OK;
}

static bt_decimal parse_decorated(double *out, const char *text, size_t length, char mark,
                                  bool is_amount)
{
  char digits[DIGITS_KEPT + 1];
  reading r = {.at = text, .end = text + length, .mark = mark, .digits = digits};
  skip_decoration(&r);
  read_sign(&r);
  skip_decoration(&r);
  if (!r.negative) read_sign(&r); /* $-5 */
  if (!read_whole(&r)) return BT_DECIMAL_BAD;
  read_decimals(&r);
  if (!r.any_digit || !read_exponent(&r)) return BT_DECIMAL_BAD;
  if (is_amount) {
    skip_decoration(&r);
    read_suffix(&r);
  }
  skip_decoration(&r);
  if (r.nested && !skip_text(&r, ")")) return BT_DECIMAL_BAD;
  skip_decoration(&r);
  if (r.at != r.end) return BT_DECIMAL_BAD;
  return finish(out, &r);
}

/* ---- words -------------------------------------------------------------------------------- */

static bool is_one_of(const char *text, size_t length, const char *const *words, size_t n_words)
{
  for (size_t i = 0; i < n_words; i++)
    if (strlen(words[i]) == length && strncasecmp(text, words[i], length) == 0) return true;
  return false;
}

static bt_decimal parse_word(const char *text, size_t length)
{
  static const char *const missing[] = {"",    "null", "n/a",    "na",   "#n/a", "#na",
                                        "nan", "-nan", "none",   "nil",  "nul",  "-",
                                        "--",  "---",  ".",      "n.a.", "n.a",  "?",
                                        "\\n", "*",    "(null)", "NaT",  "<NA>", "#N/A N/A"};
  static const char *const infinite[] = {"inf",       "+inf",      "-inf",         "infinity",
                                         "+infinity", "-infinity", "\xe2\x88\x9e", "-\xe2\x88\x9e"};
  while (length > 0 && (*text == ' ' || *text == '\t')) text++, length--;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
  if (is_one_of(text, length, missing, sizeof missing / sizeof missing[0]))
    return BT_DECIMAL_MISSING;
  if (is_one_of(text, length, infinite, sizeof infinite / sizeof infinite[0]))
    return BT_DECIMAL_INFINITE;
  return BT_DECIMAL_BAD;
}

static bt_decimal parse_any(double *out, const char *text, size_t length, char mark, bool is_amount)
{
  bt_decimal result = parse_decorated(out, text, length, mark, is_amount);
  return result == BT_DECIMAL_BAD ? parse_word(text, length) : result;
}

/* ---- plain numbers ------------------------------------------------------------------------ */

static inline const char *scan_plain(double *out, const char *text, char mark)
{
  const char *at = text;
  uint64_t digits = 0;
  int n_decimals = 0;
  for (; bt_char_is_digit(*at); at++) digits = digits * 10 + (uint64_t)(*at - '0');
  ptrdiff_t n_digits = at - text;
  if (*at == mark) {
    const char *first = ++at;
    for (; bt_char_is_digit(*at); at++) digits = digits * 10 + (uint64_t)(*at - '0');
    n_decimals = (int)(at - first);
    n_digits += n_decimals;
  }
  if (n_digits == 0 || n_digits > DIGITS_MOST) return NULL;
  return scale_exactly(out, digits, -n_decimals) ? at : NULL;
}

/* Not inlined, so that the short way has no registers to save. */
static __attribute__((noinline)) const char *scan_longer(double *out, const char *text, char mark)
{
  return scan_plain(out, text, mark);
}

#if BT_HAS_DIGITS
/* A number of at most seven characters with the one behind it, all in one word. NULL where that is
 * not what the eight bytes at text hold. */
static inline const char *scan_word(double *out, const char *text, char mark)
{
  uint64_t word = bt_digits__load(text) ^ BT_EACH_BYTE * '0', others = bt_digits__others_of(word);
  if (others == 0) return NULL;
  unsigned n_whole = (unsigned)__builtin_ctzll(others) & ~7u, n_bits = n_whole, n_decimals = 0;
  if (text[n_whole / 8] == mark) { /* take it out and close the gap */
    others &= others - 1;
    if (others == 0) return NULL;
    n_bits = ((unsigned)__builtin_ctzll(others) & ~7u) - 8;
    n_decimals = (n_bits - n_whole) / 8;
    uint64_t whole = ((uint64_t)1 << n_whole) - 1;
    word = (word & whole) | (word >> 8 & ~whole);
  }
  if (n_bits == 0) return NULL;
  word <<= 64 - n_bits; /* zeros in front */
  *out = (double)bt_digits__value(word) / power10_double[n_decimals];
  return text + n_bits / 8 + (n_decimals > 0 || text[n_whole / 8] == mark);
}
#else
static inline const char *scan_word(double *out, const char *text, char mark)
{
  (void)out, (void)text, (void)mark;
  return NULL;
}
#endif

uint64_t bt_decimal__power10(unsigned n)
{
  return power10_whole[n];
}

/* Without a look at the size of the number, which nothing foretells where numbers are long. */
double bt_decimal__quotient(uint64_t digits, int n_decimals)
{
  if (digits == 0) return 0.0;
  return n_decimals == 0 ? (double)digits : divide(digits, n_decimals);
}

const char *bt_decimal__scan(double *out, const char *text, const char *end, char mark)
{
  const char *after = end - text >= 8 ? scan_word(out, text, mark) : NULL;
  return after ? after : scan_longer(out, text, mark);
}

static inline bool parse_plain(double *out, const char *text, size_t length, char mark)
{
  double value;
  if (length == 0 || scan_plain(&value, text, mark) != text + length) return false;
  *out = value;
  return true;
}

bt_decimal bt_decimal__parse(double *out, const char *text, size_t length, char mark)
{
  if (parse_plain(out, text, length, mark)) return BT_DECIMAL_OK;
  return parse_any(out, text, length, mark, false);
}

bt_decimal bt_decimal__parse_amount(double *out, const char *text, size_t length, char mark)
{
  if (parse_plain(out, text, length, mark)) return BT_DECIMAL_OK;
  return parse_any(out, text, length, mark, true);
}

/* ---- the decimal mark --------------------------------------------------------------------- */

char bt_decimal__mark_shown(const char *text, size_t length)
{
  size_t n_points = 0, n_commas = 0, last = 0;
  bool leading_zero = false;
  for (size_t i = 0; i < length; i++) {
    if (text[i] != '.' && text[i] != ',') continue;
    if (n_points + n_commas == 0)
      leading_zero = i > 0 && text[i - 1] == '0' && (i == 1 || !bt_char_is_digit(text[i - 2]));
    n_points += text[i] == '.';
    n_commas += text[i] == ',';
    last = i;
  }
  if (n_points + n_commas == 0) return 0;
  if (n_points > 0 && n_commas > 0) return text[last]; /* 1.234,50 */
  char other = n_points > 0 ? ',' : '.';
  if (n_points + n_commas > 1) return other; /* 1.234.567: grouped */
  size_t n_after = 0, n_before = 0;
  while (last + 1 + n_after < length && bt_char_is_digit(text[last + 1 + n_after])) n_after++;
  while (n_before < last && bt_char_is_digit(text[last - 1 - n_before])) n_before++;
  bool may_group = n_after == 3 && n_before >= 1 && n_before <= 3 && !leading_zero;
  return may_group ? 0 : text[last];
}
