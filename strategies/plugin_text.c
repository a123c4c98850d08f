#include "strategies/plugin_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/char.h"

/* Behind -E there are lines that say where the following ones come from: # 12 "FILE" 1 2. */
static bool is_place(const char *line)
{
  if (*line != '#') return false;
  line += 1 + strspn(line + 1, " \t");
  if (strncmp(line, "line", 4) == 0) line += 4;
  line += strspn(line, " \t");
  return bt_char_is_digit(*line);
}

/* The name of the file that it says, or NULL; *length gets its length. */
static const char *file_of(size_t *length, const char *line)
{
  const char *begin = strchr(line, '"'), *end = begin ? strrchr(line, '"') : NULL;
  if (!begin || end == begin) return NULL;
  *length = (size_t)(end - begin) - 1;
  return begin + 1;
}

static void note_header(bt_source_text *out, const char *line)
{
  static const char name[] = "strategy.h";
  const size_t n = sizeof name - 1;
  size_t length = 0;
  const char *file = file_of(&length, line);
  if (!file || out->header[0] || length < n || length >= sizeof out->header) return;
  if (memcmp(file + length - n, name, n) != 0) return;
  if (length > n && file[length - n - 1] != '/') return;
  (void)snprintf(out->header, sizeof out->header, "%.*s", (int)length, file);
}

/* Goes through the lines of a text and keeps some, in place. Returns the bytes that are left. */
typedef bool keep_fn(bt_source_text *out, const char *line, const char *folder);

static size_t keep_lines(char *text, size_t n_bytes, bt_source_text *out, const char *folder,
                         keep_fn *keeps)
{
  char *end = text + n_bytes, *put = text;
  for (char *line = text, *next; line < end; line = next) {
    char *newline = memchr(line, '\n', (size_t)(end - line));
    next = newline ? newline + 1 : end;
    if (newline) *newline = '\0';
    bool kept = keeps(out, line, folder);
    if (newline) *newline = '\n';
    if (!kept) continue;
    memmove(put, line, (size_t)(next - line));
    put += next - line;
  }
  return (size_t)(put - text);
}

/* But for the places in the program's own header, whose folder has a new name each time. */
static bool is_fixed(bt_source_text *out, const char *line, const char *folder)
{
  if (!is_place(line)) return true;
  if (strstr(line, folder)) return false;
  note_header(out, line);
  return true;
}

static bool is_code(bt_source_text *out, const char *line, const char *folder)
{
  (void)out, (void)folder;
  return !is_place(line) && line[strspn(line, " \t")] != '\0';
}

/* Takes the blanks away that lines begin with: a remark before a word moves it. */
static size_t align(char *text, size_t n_bytes)
{
  size_t n = 0;
  bool begins = true;
  for (size_t i = 0; i < n_bytes; i++) {
    if (begins && (text[i] == ' ' || text[i] == '\t')) continue;
    begins = text[i] == '\n';
    text[n++] = text[i];
  }
  return n;
}

bt_status bt_source_text__read(bt_source_text *out, char *text, size_t n_bytes, const char *folder,
                               bt_error *err)
{
  out->header[0] = '\0';
  bt_plugin_text all = {text, keep_lines(text, n_bytes, out, folder, is_fixed)};
  bt_status status = bt_plugin_hash(out->places, &all, 1, err);
  if (status) return status;
  all.n_bytes = align(text, keep_lines(text, all.n_bytes, out, folder, is_code));
  return bt_plugin_hash(out->hash, &all, 1, err);
}
