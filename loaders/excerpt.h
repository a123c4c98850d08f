/* excerpt.h - a piece of a file for a message: short, on one line, never half a character. */
#ifndef BT_LOADERS_EXCERPT_H
#define BT_LOADERS_EXCERPT_H

#include <stddef.h>

enum { BT_EXCERPT_SIZE = 40 };

/* Copies text with line ends and tabs as blanks, cut with ... where it is long. Returns buffer. */
char *bt_excerpt__copy(char buffer[BT_EXCERPT_SIZE], const char *text);
char *bt_excerpt__copy_range(char buffer[BT_EXCERPT_SIZE], const char *start, const char *end);

/* Takes the bytes of a half character off the end of a text that was cut somewhere. */
void bt_excerpt__trim(char *text);

#endif
