/* From a symbol to a file's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/draft.h"
#include "runners/feature_folder.h"

/* Not in file names of some system; % is how they are written. A point at the beginning would hide
 * the file. */
static bool is_safe(const char *symbol, size_t i)
{
  static const char dates[] = ".dates"; /* A.dates.npy has the dates of A */
  unsigned char c = (unsigned char)symbol[i];
  if (c == '.') return i > 0 && strcmp(symbol + i, dates) != 0;
  return c >= ' ' && c != 0x7f && !strchr("/\\:*?\"<>|%", c);
}

char *bt_feature_stem(const char *symbol)
{
  char *stem = malloc(3 * strlen(symbol) + 2), *at = stem;
  if (!stem) return NULL;
  if (!*symbol) *at++ = '%';
  for (size_t i = 0; symbol[i]; i++) {
    if (is_safe(symbol, i))
      *at++ = symbol[i];
    else
      at += sprintf(at, "%%%02X", (unsigned)(unsigned char)symbol[i]);
  }
  *at = '\0';
  return stem;
}

size_t bt_feature_name_length(const char *stem, bool csv)
{
  return BT_DRAFT_NAME_MORE + strlen(stem) + strlen(csv ? ".csv" : BT_FEATURE_DATES);
}
