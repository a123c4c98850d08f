#include "strategies/plugin_compiler.h"

#include <stdlib.h>
#include <string.h>

#include "strategies/plugin_folder.h"

/* What the Makefile has compiled this program with, and a shared object needs. */
#ifndef BT_PLUGIN_FLAGS
#error "BT_PLUGIN_FLAGS is not set"
#endif

/* Words that a call adds: the header's folder, those of its own, NULL. */
enum { CALL_WORDS = 16, WORDS_MOST = BT_COMPILER_WORDS_MOST - CALL_WORDS, CC_WORDS_MOST = 64 };

/* What is compiled must not depend on when that is. */
static const char *const fixed_words[] = {"-Wno-builtin-macro-redefined",
                                          "-D__DATE__=\"Jan  1 1970\"", "-D__TIME__=\"00:00:00\"",
                                          "-D__TIMESTAMP__=\"Thu Jan  1 00:00:00 1970\""};
enum { N_FIXED = sizeof fixed_words / sizeof fixed_words[0] };

void bt_compiler__clear(bt_compiler *compiler)
{
  for (size_t i = 0; i < sizeof compiler->text / sizeof compiler->text[0]; i++)
    free(compiler->text[i]);
  *compiler = (bt_compiler){0};
}

/* Appends the words of a text, which are parted by blanks; there are no quotes. */
static bt_status split(bt_compiler *c, char **copy, const char *text, size_t most, bt_error *err)
{
  char *rest = NULL;
  *copy = strdup(text);
  if (!*copy) return bt_fail_nomem(err, "compiler");
  for (char *word = strtok_r(*copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
    if (c->n_words == most)
      return bt_fail(err, BT_ERR_PLUGIN, "CC has more than %d words", CC_WORDS_MOST);
    c->words[c->n_words++] = word;
  }
  return BT_OK;
}

/* Ahead of the folders that $CC names itself, which may have the header of another version. */
static size_t find_place_of_header(const bt_compiler *c)
{
  size_t i = 0;
  while (i < c->n_of_cc && strncmp(c->words[i], "-I", 2) != 0) i++;
  return i;
}

bt_status bt_compiler__find(bt_compiler *out, bool colors, bt_error *err)
{
  const char *name = getenv("CC"); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  bool named = name && name[strspn(name, " \t")] != '\0';
  *out = (bt_compiler){0};
  bt_status status = split(out, &out->text[0], named ? name : "cc", CC_WORDS_MOST, err);
  out->n_of_cc = out->n_words;
  out->header_at = find_place_of_header(out);
  if (!status) status = split(out, &out->text[1], BT_PLUGIN_FLAGS, WORDS_MOST - N_FIXED - 1, err);
  if (status) return status;
  for (size_t i = 0; i < N_FIXED; i++) out->words[out->n_words++] = fixed_words[i];
  if (colors) out->words[out->n_words++] = "-fdiagnostics-color=always";
  return BT_OK;
}

/* The words of a call; ends with NULL. */
static void list_words(const char **words, const bt_compiler *c, const bt_compiler_call *call)
{
  size_t n = 0, n_own = call->alone ? c->n_of_cc : c->n_words;
  for (size_t i = 0; i < n_own; i++) {
    if (!call->alone && i == c->header_at) {
      words[n++] = "-I";
      words[n++] = call->folder;
    }
    words[n++] = c->words[i];
  }
  for (const char *const *other = call->others; *other; other++) words[n++] = *other;
  words[n] = NULL;
}

bt_status bt_compiler__run(int *exit_status, const bt_compiler *compiler,
                           const bt_compiler_call *call, bt_error *err)
{
  const char *words[BT_COMPILER_WORDS_MOST];
  char messages[BT_PLUGIN_PATH_SIZE];
  bt_error cause;
  bt_status status = bt_plugin_path__join(messages, call->folder, BT_WORK_MESSAGES, err);
  if (status) return status;
  list_words(words, compiler, call);
  const bt_child child = {words, call->output, messages, call->on_slow, call->context};
  status = bt_child__run(exit_status, &child, call->hold, &cause);
  if (status == BT_ERR_NOT_FOUND)
    return bt_fail(err, BT_ERR_PLUGIN, "the compiler %s; CC names another one", cause.message);
  return status ? bt_fail(err, status, "%s", cause.message) : BT_OK;
}
