/* char.h - ASCII letters and digits, whatever the locale. */
#ifndef BT_CORE_CHAR_H
#define BT_CORE_CHAR_H

#include <stdbool.h>

static inline bool bt_char_is_digit(char c)
{
  return (unsigned char)(c - '0') < 10;
}

static inline bool bt_char_is_lower(char c)
{
  return (unsigned char)(c - 'a') < 26;
}

static inline bool bt_char_is_letter(char c)
{
  return bt_char_is_lower((char)(c | 0x20));
}

#endif
