#include "runners/feature_listing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "loaders/buffer.h"
#include "runners/draft.h"

char *bt_feature_listing__join(const char *folder, const char *name, const char *ending)
{
  size_t size = strlen(folder) + strlen(name) + strlen(ending) + 2;
  char *path = malloc(size);
  if (path) (void)snprintf(path, size, "%s/%s%s", folder, name, ending);
  return path;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bt_status fail(const char *path, int os_error, bt_error *err)
{
  char reason[96] = "";
  if (strerror_r(os_error, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s", path, reason);
}

static bt_status read_stream(bt_buffer *out, FILE *file, const char *path, bt_error *err)
{
  char part[4096];
  size_t n;
  if (!bt_buffer__reserve(out, sizeof part)) return bt_fail_nomem(err, path);
  while ((n = fread(part, 1, sizeof part, file)) > 0)
    if (!bt_buffer__append(out, part, n)) return bt_fail_nomem(err, path);
  return ferror(file) ? fail(path, errno, err) : BT_OK;
}

bt_status bt_feature_listing__read(char **out, const char *folder, const char *name, bt_error *err)
{
  char *path = bt_feature_listing__join(folder, name, "");
  bt_buffer text = {0};
  bt_status status = BT_OK;
  *out = NULL;
  if (!path) return bt_fail_nomem(err, "files");
  FILE *file = fopen(path, "rb");
  if (file) {
    status = read_stream(&text, file, path, err);
    (void)fclose(file);
    if (!status) *out = strndup(text.bytes, text.length);
    if (!status && !*out) status = bt_fail_nomem(err, "files");
  } else if (errno != ENOENT) {
    status = fail(path, errno, err);
  }
  bt_buffer__clear(&text);
  free(path);
  return status;
}

/* A name that bt_feature_stem can have made, with an ending of ours: nothing else is ever removed.
 */
static bool is_ours(const char *file)
{
  size_t n = strlen(file);
  if (n <= 4 || file[0] == '.' || strchr(file, '/')) return false;
  return strcmp(file + n - 4, ".npy") == 0 || strcmp(file + n - 4, ".csv") == 0;
}

static bt_status add_earlier(bt_feature_folder *folder, const char *symbol, const char *file,
                             bt_error *err)
{
  bt_feature_listed *list = bt_grow(folder->earlier, folder->n_earlier, sizeof *list);
  if (!list) return bt_fail_nomem(err, "files");
  folder->earlier = list;
  bt_feature_listed one = {strdup(symbol), strdup(file)};
  list[folder->n_earlier++] = one;
  return one.symbol && one.file ? BT_OK : bt_fail_nomem(err, "files");
}

bt_status bt_feature_listing__earlier(bt_feature_folder *folder, bt_error *err)
{
  char *text = NULL;
  bt_status status =
      bt_feature_listing__read(&text, folder->plan->path, BT_FEATURE_TICKERS_FILE, err);
  for (char *line = text, *next; line && *line && !status; line = next) {
    char *end = strchr(line, '\n'), *tab = strchr(line, '\t');
    next = end ? end + 1 : line + strlen(line);
    if (end) *end = '\0';
    if (!tab || (end && tab > end)) continue;
    *tab = '\0';
    if (is_ours(tab + 1)) status = add_earlier(folder, line, tab + 1, err);
  }
  free(text);
  return status;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static bool append_line(bt_buffer *out, const char *text)
{
  return bt_buffer__append(out, text, strlen(text)) && bt_buffer__append(out, "\n", 1);
}

char *bt_feature_listing__columns(const bt_feature_plan *plan)
{
  bt_buffer text = {0};
  bool ok = !plan->panel || append_line(&text, "ticker");
  for (size_t i = 0; i < plan->columns->n && ok; i++)
    ok = append_line(&text, plan->columns->columns[i].name);
  char *copy = ok && text.bytes ? strndup(text.bytes, text.length) : NULL;
  bt_buffer__clear(&text);
  return copy;
}

/* A symbol is one field of one line, whatever a file is called. */
static bool append_symbol(bt_buffer *out, const char *symbol)
{
  bool ok = true;
  for (; *symbol && ok; symbol++) {
    char code[4];
    bool plain = (unsigned char)*symbol >= ' ' && *symbol != 0x7f;
    (void)snprintf(code, sizeof code, "%%%02X", (unsigned)(unsigned char)*symbol);
    ok = plain ? bt_buffer__append(out, symbol, 1) : bt_buffer__append(out, code, 3);
  }
  return ok;
}

static bool append_ticker(bt_buffer *out, const bt_feature_folder *folder, size_t index)
{
  const bt_feature_plan *plan = folder->plan;
  bool ok = append_symbol(out, plan->universe->entries[index].symbol);
  if (!ok || plan->panel) return ok && bt_buffer__append(out, "\n", 1);
  const char *stem = folder->stems[index];
  return bt_buffer__append(out, "\t", 1) && bt_buffer__append(out, stem, strlen(stem)) &&
         append_line(out, plan->csv ? ".csv" : ".npy");
}

static bool append_earlier(bt_buffer *out, const bt_feature_listed *one)
{
  return bt_buffer__append(out, one->symbol, strlen(one->symbol)) &&
         bt_buffer__append(out, "\t", 1) && append_line(out, one->file);
}

bt_status bt_feature_listing__put(const bt_feature_folder *folder, const bool *written,
                                  bt_error *err)
{
  bt_buffer text = {0};
  bool ok = true;
  for (size_t i = 0; i < folder->plan->universe->n_entries && ok; i++)
    if (!written || written[i]) ok = append_ticker(&text, folder, i);
  for (size_t i = 0; i < folder->n_earlier && ok && !written; i++)
    ok = append_earlier(&text, &folder->earlier[i]);
  bt_status status =
      ok ? bt_draft_put(folder->plan->path, BT_FEATURE_TICKERS_FILE, text.bytes, text.length, err)
         : bt_fail_nomem(err, BT_FEATURE_TICKERS_FILE);
  bt_buffer__clear(&text);
  return status;
}
