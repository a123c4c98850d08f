#include "loaders/comments.h"

#include <string.h>
#include <strings.h>

#include "core/char.h"
#include "loaders/separator.h"

size_t bt_comments__find(size_t lines[BT_COMMENTS_MOST], const char *text, size_t data_line)
{
  size_t n = 0, line = 1;
  for (const char *at = text; *at; at = bt_separator__next_line(at), line++) {
    const char *start = at + strspn(at, " \t\"");
    bool comment = *start == '#';
    if (data_line > 0 ? line >= data_line : !comment && *start != '\n' && *start != '\r') break;
    if (!comment) continue;
    if (n == BT_COMMENTS_MOST) memmove(lines, lines + 1, (--n) * sizeof *lines);
    lines[n++] = line;
  }
  return n;
}

bool bt_comments__have_other_order(const char *line)
{
  static const char *const names[] = {"open", "high", "low", "close"};
  size_t n_found = 0, place[4] = {0};
  for (const char *at = line; *at && *at != '\n'; at++) {
    bool begins = at == line || !bt_char_is_letter(at[-1]);
    for (size_t i = 0; i < 4 && begins; i++) {
      size_t length = strlen(names[i]);
      if (place[i] == 0 && strncasecmp(at, names[i], length) == 0 && !bt_char_is_letter(at[length]))
        place[i] = ++n_found;
    }
  }
  return n_found == 4 && !(place[0] == 1 && place[1] == 2 && place[2] == 3);
}
