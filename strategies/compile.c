#include "strategies/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "strategies/child.h"
#include "strategies/embedded.h"
#include "strategies/plugin_folder.h"

/* What the Makefile has compiled this program with, and a shared object needs. */
#ifndef BT_PLUGIN_FLAGS
#error "BT_PLUGIN_FLAGS is not set"
#endif

enum { WORDS_MOST = 96, OWN_WORDS = 12, LINE_SHOWN = 300 };

/* The words of a command; those that were split are in memory of its own. */
typedef struct command {
  char *text[2]; /* $CC and the flags, cut into words */
  const char *words[WORDS_MOST + OWN_WORDS + 1];
  size_t n_words;
  size_t n_of_compiler; /* the first ones, those of $CC */
} command;

/* One compilation on its way. */
typedef struct work {
  const char *source;
  const bt_compile_options *options;
  const bt_child_hold *hold;
  command compiler; /* with the flags */
  char folder[BT_PLUGIN_PATH_SIZE];
  char keep[BT_PLUGIN_PATH_SIZE]; /* "": nothing is kept */
} work;

/* ---- the command ------------------------------------------------------------------------------
 */

static void clear_command(command *c)
{
  for (size_t i = 0; i < sizeof c->text / sizeof c->text[0]; i++) free(c->text[i]);
}

/* Appends the words of a text, which are parted by blanks; there are no quotes. */
static bt_status split(command *c, char **copy, const char *text, bt_error *err)
{
  char *rest = NULL;
  *copy = strdup(text);
  if (!*copy) return bt_fail_nomem(err, "compiler");
  for (char *word = strtok_r(*copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
    if (c->n_words == WORDS_MOST)
      return bt_fail(err, BT_ERR_PLUGIN, "CC has more than %d words", WORDS_MOST);
    c->words[c->n_words++] = word;
  }
  return BT_OK;
}

static bt_status find_compiler(command *c, bt_error *err)
{
  const char *name = getenv("CC"); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  bool named = name && name[strspn(name, " \t")] != '\0';
  bt_status status = split(c, &c->text[0], named ? name : "cc", err);
  c->n_of_compiler = c->n_words;
  return status ? status : split(c, &c->text[1], BT_PLUGIN_FLAGS, err);
}

/* One call of it. */
typedef struct call {
  size_t n_words; /* so many of the compiler's words, and others behind them, NULL at their end */
  const char *const *others;
  const char *output; /* the file that its output goes to, or NULL */
} call;

/* Its messages are shown; when quiet they go into a file. Errors: those of bt_child__run, but
 * PLUGIN where there is no such compiler. */
static bt_status run(int *exit_status, const work *w, const call *how, bt_error *err)
{
  command c = w->compiler;
  char messages[BT_PLUGIN_PATH_SIZE];
  bt_error cause;
  c.n_words = how->n_words;
  for (const char *const *other = how->others; *other; other++) c.words[c.n_words++] = *other;
  c.words[c.n_words] = NULL;
  bt_status status = bt_plugin_path__join(messages, w->folder, BT_WORK_MESSAGES, err);
  if (status) return status;
  const bt_child child = {c.words, how->output, w->options->quiet ? messages : NULL};
  status = bt_child__run(exit_status, &child, w->hold, &cause);
  if (status == BT_ERR_NOT_FOUND)
    return bt_fail(err, BT_ERR_PLUGIN, "the compiler %s; CC names another one", cause.message);
  return status ? bt_fail(err, status, "%s", cause.message) : BT_OK;
}

/* ---- what goes wrong --------------------------------------------------------------------------
 */

/* Cuts the text to its first line that tells of an error, else to its first. */
static const char *first_error(char *text)
{
  const char *wanted = strstr(text, "error:");
  char *line = text;
  for (char *end = strchr(line, '\n'); wanted && end && end < wanted; end = strchr(line, '\n'))
    line = end + 1;
  line[strcspn(line, "\n")] = '\0';
  return line;
}

static bt_status fail_compile(int exit_status, const work *w, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE], *text = NULL;
  size_t n_bytes = 0;
  if (exit_status < 0) return bt_fail(err, BT_ERR_PLUGIN, "the compiler was killed");
  if (!w->options->quiet) return bt_fail(err, BT_ERR_PLUGIN, "it does not compile (see above)");
  bt_status status = bt_plugin_path__join(path, w->folder, BT_WORK_MESSAGES, err);
  if (!status) status = bt_plugin_file__read(&text, &n_bytes, path, err);
  if (status) return status;
  (void)bt_fail(err, BT_ERR_PLUGIN, "it does not compile: %.*s", LINE_SHOWN, first_error(text));
  free(text);
  return BT_ERR_PLUGIN;
}

/* ---- the steps --------------------------------------------------------------------------------
 */

/* The folder of this compilation, with the header in it. */
static bt_status make_folder(work *w, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  bt_status status = bt_plugin_folder__work(w->folder, w->keep[0] ? w->keep : NULL, err);
  if (!status) status = bt_plugin_path__join(path, w->folder, BT_WORK_HEADERS, err);
  if (status) return status;
  if (mkdir(path, 0700) != 0) return bt_plugin_file__fail(path, "cannot be made", err);
  status = bt_plugin_path__join(path, w->folder, BT_WORK_HEADER, err);
  return status ? status : bt_plugin_file__create(path, bt_embedded_find("strategy.h"), err);
}

/* Runs it with an output in the folder that is read whole; the caller frees *text. */
static bt_status run_and_read(char **text, size_t *n_bytes, work *w, const call *how, bt_error *err)
{
  int exit_status = 0;
  bt_status status = run(&exit_status, w, how, err);
  if (!status && exit_status != 0) status = fail_compile(exit_status, w, err);
  return status ? status : bt_plugin_file__read(text, n_bytes, how->output, err);
}

static bt_status hash_text(char hash[BT_PLUGIN_HASH_SIZE], work *w, bt_error *err)
{
  char output[BT_PLUGIN_PATH_SIZE];
  bt_plugin_text text = {NULL, 0};
  char *bytes = NULL;
  bt_status status = bt_plugin_path__join(output, w->folder, BT_WORK_TEXT, err);
  const char *const others[] = {"-I", w->folder, "-w", "-E", "-P", w->source, NULL};
  const call how = {w->compiler.n_words, others, output};
  if (!status) status = run_and_read(&bytes, &text.n_bytes, w, &how, err);
  text.bytes = bytes;
  if (!status) status = bt_plugin_hash(hash, &text, 1, err);
  free(bytes);
  return status;
}

/* The name of what is kept: by the text, the compiler's words and version, and the flags. */
static bt_status name_kept(char name[BT_PLUGIN_HASH_SIZE + 3], work *w,
                           const char text_hash[BT_PLUGIN_HASH_SIZE], bt_error *err)
{
  char output[BT_PLUGIN_PATH_SIZE], hash[BT_PLUGIN_HASH_SIZE], *version = NULL;
  const char *const others[] = {"--version", NULL};
  const call how = {w->compiler.n_of_compiler, others, output};
  bt_plugin_text texts[WORDS_MOST + 2] = {{text_hash, BT_PLUGIN_HASH_SIZE}};
  size_t n = 1;
  bt_status status = bt_plugin_path__join(output, w->folder, BT_WORK_VERSION, err);
  if (!status) status = run_and_read(&version, &texts[n++].n_bytes, w, &how, err);
  if (status) return status;
  texts[1].bytes = version;
  for (size_t i = 0; i < w->compiler.n_words; i++)
    texts[n++] = (bt_plugin_text){w->compiler.words[i], strlen(w->compiler.words[i])};
  status = bt_plugin_hash(hash, texts, n, err);
  free(version);
  if (!status) (void)snprintf(name, BT_PLUGIN_HASH_SIZE + 3, "%s.so", hash);
  return status;
}

/* Compiles into the folder; *path is what comes out. The text may have changed since it was hashed.
 */
static bt_status compile(char path[BT_PLUGIN_PATH_SIZE], work *w,
                         const char text_hash[BT_PLUGIN_HASH_SIZE], bt_error *err)
{
  char again[BT_PLUGIN_HASH_SIZE];
  int exit_status = 0;
  bt_status status = bt_plugin_path__join(path, w->folder, BT_WORK_PLUGIN, err);
  const char *const others[] = {"-I", w->folder, "-o", path, w->source, "-lm", NULL};
  const call how = {w->compiler.n_words, others, NULL};
  if (!status) status = run(&exit_status, w, &how, err);
  if (!status && exit_status != 0) status = fail_compile(exit_status, w, err);
  if (!status) status = hash_text(again, w, err);
  if (!status && strcmp(again, text_hash) != 0)
    status = bt_fail(err, BT_ERR_PLUGIN, "it has changed while it was compiled; try again");
  return status;
}

/* Finds what is kept, or compiles and keeps it. The folder is there. */
static bt_status find_or_compile(bt_compiled *out, work *w, bt_error *err)
{
  char name[BT_PLUGIN_HASH_SIZE + 3], kept[BT_PLUGIN_PATH_SIZE];
  bt_status status = hash_text(out->hash, w, err);
  if (status) return status;
  if (!w->keep[0]) return compile(out->path, w, out->hash, err);
  status = name_kept(name, w, out->hash, err);
  if (!status) status = bt_plugin_path__join(kept, w->keep, name, err);
  if (status) return status;
  out->kept = !w->options->anew && bt_plugin_folder__trusts(kept);
  if (!out->kept) status = compile(out->path, w, out->hash, err);
  if (status) return status;
  if (!out->kept && bt_plugin_file__rename(out->path, kept, &out->trouble)) return BT_OK;
  memcpy(out->path, kept, sizeof kept);
  bt_plugin_folder__remove(w->folder);
  w->folder[0] = '\0';
  return BT_OK;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* Where it is kept, if anywhere. What cannot be kept is compiled all the same. */
static bt_status find_keep(bt_compiled *out, work *w, bt_error *err)
{
  if (!w->options->cache) return BT_OK;
  if (!bt_plugin_folder__keep(w->keep, w->options->cache, &out->trouble)) return BT_OK;
  w->keep[0] = '\0';
  return out->trouble.status == BT_ERR_IO
             ? BT_OK
             : bt_fail(err, out->trouble.status, "%s", out->trouble.message);
}

/* That it can be read, before a compiler says so in its own words. */
static bt_status check_source(const char *source, bt_error *err)
{
  char *text = NULL;
  size_t n_bytes = 0;
  bt_status status = bt_plugin_file__read(&text, &n_bytes, source, err);
  free(text);
  return status;
}

bt_status bt_compiled_make(bt_compiled *out, const char *source, const bt_compile_options *options,
                           bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  bt_child_hold hold;
  work w = {.source = source, .options = options, .hold = &hold};
  *out = (bt_compiled){0};
  bt_status status = check_source(source, err);
  if (!status && source[0] == '-') { /* no option of the compiler */
    status = bt_plugin_path__join(path, ".", source, err);
    w.source = path;
  }
  if (status) return status;
  bt_child__hold(&hold);
  status = find_compiler(&w.compiler, err);
  if (!status) status = find_keep(out, &w, err);
  if (!status) status = make_folder(&w, err);
  if (!status) status = find_or_compile(out, &w, err);
  if (status && w.folder[0]) bt_plugin_folder__remove(w.folder);
  if (!status) memcpy(out->work, w.folder, sizeof out->work);
  clear_command(&w.compiler);
  bt_child__release(&hold);
  return status;
}

void bt_compiled_clear(bt_compiled *compiled)
{
  if (compiled->work[0]) bt_plugin_folder__remove(compiled->work);
  compiled->work[0] = '\0';
}
