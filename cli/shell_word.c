#include "cli/shell_word.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True where a word needs no quotes in a shell. */
static bool is_plain(const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "-_=+,.:/%@^";
  return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

/* A quote becomes four characters, and two stand around the word. */
size_t bt_shell_word_size(size_t length)
{
  return 4 * length + 3;
}

char *bt_shell_word_write(char *out, const char *word)
{
  if (is_plain(word)) {
    size_t length = strlen(word);
    memcpy(out, word, length + 1);
    return out + length;
  }
  *out++ = '\'';
  for (const char *c = word; *c; c++) {
    if (*c == '\'') {
      memcpy(out, "'\\''", 4);
      out += 4;
    } else {
      *out++ = *c;
    }
  }
  *out++ = '\'';
  *out = '\0';
  return out;
}

char *bt_shell_line(const char *program, char **words)
{
  size_t size = strlen(program) + 1;
  for (char **w = words; *w; w++) size += 1 + bt_shell_word_size(strlen(*w));
  char *line = malloc(size), *end = line;
  if (!line) return NULL;
  end += sprintf(end, "%s", program);
  for (char **w = words; *w; w++) {
    *end++ = ' ';
    end = bt_shell_word_write(end, *w);
  }
  return line;
}
