#include "loaders/symbols.h"

#include <string.h>
#include <strings.h>

uint8_t bt_symbols__number(bt_symbols *symbols, const char *text, size_t length)
{
  if (length > BT_SYMBOL_SIZE - 1) length = BT_SYMBOL_SIZE - 1;
  for (size_t i = 0; i < symbols->n; i++) {
    const bt_symbol_text *s = &symbols->list[i];
    if (s->length == length && strncasecmp(s->text, text, length) == 0) return (uint8_t)i;
  }
  if (symbols->n == BT_SYMBOLS_MOST) return BT_SYMBOLS_MOST;
  bt_symbol_text *added = &symbols->list[symbols->n];
  memcpy(added->text, text, length);
  added->text[length] = '\0';
  added->length = length;
  return (uint8_t)symbols->n++;
}
