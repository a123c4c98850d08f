#include "strategies/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "strategies/embedded.h"
#include "strategies/plugin_compiler.h"
#include "strategies/plugin_folder.h"
#include "strategies/plugin_kept.h"
#include "strategies/plugin_text.h"

enum { LINE_SHOWN = 300, CANNOT_BE_RUN = 126, NOT_FOUND = 127 /* as shells say it */ };

/* One compilation on its way. */
typedef struct work {
  const char *source;
  const bt_plugin_options *options;
  const bt_child_hold *hold;
  bt_compiler compiler;
  bool anew;
  bool told; /* that it takes long */
  char folder[BT_PLUGIN_PATH_SIZE];
  char keep[BT_PLUGIN_PATH_SIZE]; /* "": nothing is kept */
  char *words;                    /* what the compiler has said, owned */
} work;

/* ---- what the compiler says -------------------------------------------------------------------
 */

static bool is_quiet(const work *w)
{
  return !w->options->watch || !w->options->watch->on_words;
}

static void show(const work *w, const char *words)
{
  if (*words && !is_quiet(w)) w->options->watch->on_words(words, w->options->watch->context);
}

static void tell_slow(void *context)
{
  work *w = context;
  const bt_plugin_watch *watch = w->options->watch;
  if (!w->told && watch && watch->on_slow) watch->on_slow(w->source, watch->context);
  w->told = true;
}

/* Reads what the last call has said into w->words. */
static bt_status read_words(work *w, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  size_t n_bytes = 0;
  free(w->words);
  w->words = NULL;
  bt_status status = bt_plugin_path__join(path, w->folder, BT_WORK_MESSAGES, err);
  return status ? status : bt_plugin_file__read(&w->words, &n_bytes, path, err);
}

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

static bt_status fail_compile(int exit_status, work *w, bt_error *err)
{
  const char *what = "it does not compile";
  if (exit_status < 0) what = "the compiler was killed";
  if (exit_status == CANNOT_BE_RUN || exit_status == NOT_FOUND) what = "the compiler cannot be run";
  show(w, w->words);
  if (!w->words[0]) return bt_fail(err, BT_ERR_PLUGIN, "%s", what);
  if (!is_quiet(w)) return bt_fail(err, BT_ERR_PLUGIN, "%s (see above)", what);
  return bt_fail(err, BT_ERR_PLUGIN, "%s: %.*s", what, LINE_SHOWN, first_error(w->words));
}

/* The compiler's words would be about that alone. */
static bt_status fail_lost(const work *w, bt_error *err)
{
  return bt_fail(err, BT_ERR_IO, "%s: it was removed while a plugin was compiled in it", w->folder);
}

/* It has ended as if all were well. */
static bt_status fail_nothing(const work *w, bt_error *err)
{
  show(w, w->words);
  return bt_fail(err, BT_ERR_PLUGIN, "the compiler (%s) has written nothing", w->compiler.words[0]);
}

/* ---- its calls --------------------------------------------------------------------------------
 */

/* Runs it; what it says is in w->words then. Errors: those of bt_compiler__run; PLUGIN where it
 * fails. */
static bt_status run(work *w, bt_compiler_call *call, bt_error *err)
{
  int exit_status = 0;
  call->folder = w->folder;
  call->hold = w->hold;
  call->on_slow = tell_slow;
  call->context = w;
  bt_status status = bt_compiler__run(&exit_status, &w->compiler, call, err);
  if (status) return status;
  if (!bt_plugin_folder__is_there(w->folder)) return fail_lost(w, err);
  status = read_words(w, err);
  return status || exit_status == 0 ? status : fail_compile(exit_status, w, err);
}

/* Runs it with an output in the folder that is read whole; the caller frees *text. */
static bt_status run_and_read(char **text, size_t *n_bytes, work *w, bt_compiler_call *call,
                              bt_error *err)
{
  bt_status status = run(w, call, err);
  return status ? status : bt_plugin_file__read(text, n_bytes, call->output, err);
}

static bt_status preprocess(bt_source_text *out, work *w, bt_error *err)
{
  char output[BT_PLUGIN_PATH_SIZE], *text = NULL;
  size_t n_bytes = 0;
  bt_status status = bt_plugin_path__join(output, w->folder, BT_WORK_TEXT, err);
  const char *const others[] = {"-w", "-E", w->source, NULL};
  bt_compiler_call call = {.others = others, .output = output};
  if (!status) status = run_and_read(&text, &n_bytes, w, &call, err);
  const char *slash = strrchr(w->folder, '/');
  if (!status)
    status = bt_source_text__read(out, text, n_bytes, slash ? slash + 1 : w->folder, err);
  free(text);
  return status;
}

/* The name of what is kept: by the text, the compiler's words and version, and the flags. */
static bt_status name_kept(char name[BT_PLUGIN_HASH_SIZE], work *w, const char *places,
                           bt_error *err)
{
  char output[BT_PLUGIN_PATH_SIZE], *version = NULL;
  const char *const others[] = {"--version", NULL};
  bt_compiler_call call = {.others = others, .output = output, .alone = true};
  bt_plugin_text texts[BT_COMPILER_WORDS_MOST + 2] = {{places, strlen(places)}};
  size_t n = 1;
  bt_status status = bt_plugin_path__join(output, w->folder, BT_WORK_VERSION, err);
  if (!status) status = run_and_read(&version, &texts[n++].n_bytes, w, &call, err);
  if (status) return status;
  texts[1].bytes = version;
  for (size_t i = 0; i < w->compiler.n_words; i++)
    texts[n++] = (bt_plugin_text){w->compiler.words[i], strlen(w->compiler.words[i])};
  status = bt_plugin_hash(name, texts, n, err);
  free(version);
  return status;
}

/* Compiles into the folder; *path is what comes out. The text may have changed since it was read.
 */
static bt_status compile(char path[BT_PLUGIN_PATH_SIZE], work *w, const bt_source_text *text,
                         bt_error *err)
{
  bt_source_text again;
  char *words = NULL;
  bt_status status = bt_plugin_path__join(path, w->folder, BT_WORK_PLUGIN, err);
  const char *const others[] = {"-o", path, w->source, "-lm", NULL};
  bt_compiler_call call = {.others = others};
  if (!status) status = run(w, &call, err);
  if (status) return status;
  if (access(path, F_OK) != 0) return fail_nothing(w, err);
  words = w->words;
  w->words = NULL;
  show(w, words);
  status = preprocess(&again, w, err);
  free(w->words);
  w->words = words;
  if (!status && strcmp(again.places, text->places) != 0)
    status = bt_fail(err, BT_ERR_PLUGIN, "it has changed while it was compiled; try again");
  return status;
}

/* ---- one attempt ------------------------------------------------------------------------------
 */

/* Where it is kept, if anywhere. What cannot be kept is compiled all the same. */
static bt_status find_keep(bt_compiled *out, work *w, bt_error *err)
{
  w->keep[0] = '\0';
  if (!w->options->cache) return BT_OK;
  if (!bt_plugin_folder__keep(w->keep, w->options->cache, &out->trouble)) return BT_OK;
  w->keep[0] = '\0';
  return out->trouble.status == BT_ERR_IO
             ? BT_OK
             : bt_fail(err, out->trouble.status, "%s", out->trouble.message);
}

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

/* Finds what is kept, or compiles and keeps it. The folder is there. */
static bt_status find_or_compile(bt_compiled *out, work *w, bt_error *err)
{
  char name[BT_PLUGIN_HASH_SIZE];
  bt_source_text text;
  bt_status status = preprocess(&text, w, err);
  if (status) return status;
  memcpy(out->hash, text.hash, sizeof out->hash);
  memcpy(out->header, text.header, sizeof out->header);
  if (!w->keep[0]) return compile(out->path, w, &text, err);
  status = name_kept(name, w, text.places, err);
  if (status) return status;
  char *words = NULL;
  out->kept = !w->anew && bt_kept__find(out->path, &words, w->keep, name);
  if (out->kept) show(w, words);
  free(words);
  if (!out->kept) status = compile(out->path, w, &text, err);
  if (status) return status;
  if (!out->kept && bt_kept__put(out->path, w->words, w->folder, w->keep, name, &out->trouble))
    return BT_OK; /* it is where it was compiled */
  bt_plugin_folder__remove(w->folder);
  w->folder[0] = '\0';
  return BT_OK;
}

/* *lost: somebody has removed the folder meanwhile, such as all of the cache. */
static bt_status attempt(bt_compiled *out, work *w, bool *lost, bt_error *err)
{
  *out = (bt_compiled){0};
  w->folder[0] = '\0';
  bt_status status = find_keep(out, w, err);
  if (!status) status = make_folder(w, err);
  if (!status) status = find_or_compile(out, w, err);
  *lost = (status || out->trouble.status) && status != BT_ERR_CANCELLED && w->folder[0] &&
          !bt_plugin_folder__is_there(w->folder);
  if ((status || *lost) && w->folder[0]) bt_plugin_folder__remove(w->folder);
  return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* That it can be read, before a compiler says so in its own words. */
static bt_status check_source(const char *source, bt_error *err)
{
  char *text = NULL;
  size_t n_bytes = 0;
  bt_status status = bt_plugin_file__read(&text, &n_bytes, source, err);
  free(text);
  return status;
}

bt_status bt_compiled_make(bt_compiled *out, const char *source, const bt_plugin_options *options,
                           bool anew, bt_error *err)
{
  char path[BT_PLUGIN_PATH_SIZE];
  bt_child_hold hold;
  work w = {.source = source, .options = options, .hold = &hold, .anew = anew};
  bool lost = false;
  bt_status status = check_source(source, err);
  if (!status && source[0] == '-') { /* no option of the compiler */
    status = bt_plugin_path__join(path, ".", source, err);
    w.source = path;
  }
  if (status) return status;
  bt_child__hold(&hold);
  status = bt_compiler__find(&w.compiler, options->watch && options->watch->colors, err);
  if (!status) status = attempt(out, &w, &lost, err);
  if (lost) status = attempt(out, &w, &lost, err); /* with a folder anew */
  if (lost && !status) status = fail_lost(&w, err);
  if (!status) memcpy(out->work, w.folder, sizeof out->work);
  bt_compiler__clear(&w.compiler);
  free(w.words);
  bt_child__release(&hold);
  return status;
}

void bt_compiled_clear(bt_compiled *compiled)
{
  if (compiled->work[0]) bt_plugin_folder__remove(compiled->work);
  compiled->work[0] = '\0';
}
