/* shell_word.h - words as a POSIX shell takes them: quoted where they have to be. */
#ifndef BT_CLI_SHELL_WORD_H
#define BT_CLI_SHELL_WORD_H

#include <stddef.h>

/* Bytes that a word of `length` characters takes at most, with the NUL. */
size_t bt_shell_word_size(size_t length);

/* Writes the word and a NUL; returns where the NUL stands. */
char *bt_shell_word_write(char *out, const char *word);

/* The program and its words, which end with NULL, as a line. The caller frees it; NULL when memory
 * is out. */
char *bt_shell_line(const char *program, char **words);

#endif
