/* decimal.h - numbers as vendors write them, correctly rounded whatever the locale.
 *
 * Plain decimals take a short exact path. Currency signs, thousands separators, accountants'
 * parentheses and exponents are read too; what remains unclear is refused, never guessed.
 */
#ifndef BT_LOADERS_DECIMAL_H
#define BT_LOADERS_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

typedef enum bt_decimal {
  BT_DECIMAL_OK,
  BT_DECIMAL_MISSING,  /* empty, null, N/A, NaN, - ... */
  BT_DECIMAL_INFINITE, /* inf, or beyond the range of doubles */
  BT_DECIMAL_BAD       /* some other text */
} bt_decimal;

/* Reads text[0 .. length-1]; text[length] must be readable and no digit. `mark` is the decimal
 * mark of the file, '.' or ','; the other one and blanks and ' may group thousands. *out is set on
 * OK alone. */
bt_decimal bt_decimal__parse(double *out, const char *text, size_t length, char mark);

/* Reads digits with at most one mark among them, up to 19 of them: all that most files hold.
 * Returns what follows the number, with *out set; NULL where the text begins with anything else.
 * *end is readable and neither a digit nor a mark. */
const char *bt_decimal__scan(double *out, const char *text, const char *end, char mark);

/* 10^n, for n from 0 to 19. */
uint64_t bt_decimal__power10(unsigned n);

/* digits / 10^n_decimals, correctly rounded; n_decimals from 0 to 19. */
double bt_decimal__quotient(uint64_t digits, int n_decimals);

/* The same as bt_decimal__parse for amounts, which may end in K, M, B or T: 55.74M is 55,740,000.
 */
bt_decimal bt_decimal__parse_amount(double *out, const char *text, size_t length, char mark);

/* What a number says about the decimal mark of its file: ',' or '.', or 0 where either may be
 * (123, or 1,234: grouped, or with three decimals). */
char bt_decimal__mark_shown(const char *text, size_t length);

#endif
