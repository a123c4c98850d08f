/* char.h - ASCII letters and digits, whatever the locale. */
#ifndef BT_LOADERS_CHAR_H
#define BT_LOADERS_CHAR_H

#include <stdbool.h>

static inline bool bt_char__is_digit(char c)
{
  return (unsigned char)(c - '0') < 10;
}

static inline bool bt_char__is_letter(char c)
{
  return (unsigned char)((c | 0x20) - 'a') < 26;
}

#endif
