/* shell_word.h - a word as a POSIX shell takes it: quoted where it has to be. */
#ifndef BT_CLI_SHELL_WORD_H
#define BT_CLI_SHELL_WORD_H

#include <stddef.h>

/* Bytes that a word of `length` characters takes at most, with the NUL. */
size_t bt_shell_word_size(size_t length);

/* Writes the word and a NUL; returns where the NUL stands. */
char *bt_shell_word_write(char *out, const char *word);

#endif
