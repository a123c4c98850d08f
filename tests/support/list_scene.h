/* list_scene.h - a text read as a file of symbols. Everything is static: tests of lower layers are
 * linked without the loaders. Include cmocka.h before.
 */
#ifndef BT_TESTS_LIST_SCENE_H
#define BT_TESTS_LIST_SCENE_H

#include <stdlib.h>
#include <string.h>

#include "loaders/symbol_list.h"

/* Reads `text` as the file list.txt. */
static inline bt_status read_list(bt_universe *out, const char *text, bt_error *err)
{
  bt_source source = {.label = "list.txt"};
  *out = (bt_universe){0};
  *err = (bt_error){BT_OK, ""};
  if (!bt_buffer__append(&source.text, text, strlen(text))) abort();
  bt_status status = bt_symbol_list__read(out, &source, err);
  bt_source__clear(&source);
  return status;
}

/* It is refused with this message. */
static inline void check_refused(const char *text, const char *message)
{
  bt_universe universe;
  bt_error err;
  if (read_list(&universe, text, &err) != BT_ERR_DATA) fail_msg("'%s' is read", text);
  if (strcmp(err.message, message) != 0)
    fail_msg("'%s' gives '%s', not '%s'", text, err.message, message);
  bt_universe_clear(&universe);
}

#endif
