/* utf8.h - what is well-formed UTF-8. */
#ifndef BT_CORE_UTF8_H
#define BT_CORE_UTF8_H

#include <stddef.h>

/* The length of the character that the NUL-terminated `text` begins with, 1 to 4 (1 for an empty
 * text: its NUL); 0 where it begins with no well-formed one: half a character, an overlong form, a
 * surrogate, something beyond U+10FFFF. Source: the Unicode Standard 15, table 3-7. */
size_t bt_utf8_length(const char *text);

#endif
