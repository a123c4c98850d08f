/* symbols.h - the symbols that the rows of one file name.
 *
 * A file holds one ticker. A ticker may get another name, and vendors write in every row the name
 * of that day: a symbol that gives way to another once and for all. Tickers stacked in one file
 * share times or alternate, and would be spliced into one series: such a file is refused.
 */
#ifndef BT_LOADERS_SYMBOLS_H
#define BT_LOADERS_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

enum {
  BT_SYMBOLS_MOST = 32, /* names of one ticker; one more number stands for all others */
  BT_SYMBOL_SIZE = 48   /* longer ones are compared by their beginning */
};

typedef struct bt_symbol_text {
  char text[BT_SYMBOL_SIZE];
  size_t length;
} bt_symbol_text;

typedef struct bt_symbols {
  size_t n;
  bt_symbol_text list[BT_SYMBOLS_MOST];
} bt_symbols;

/* The number of a symbol, added where it is new; letter case does not tell symbols apart.
 * BT_SYMBOLS_MOST where there is no room. length > 0. */
uint8_t bt_symbols__number(bt_symbols *symbols, const char *text, size_t length);

#endif
