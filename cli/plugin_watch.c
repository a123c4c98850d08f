#include "cli/plugin_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/text.h"

static void print_words(const char *words, void *context)
{
  (void)context;
  (void)fputs(words, stderr);
}

static void print_slow(const char *source, void *context)
{
  char line[BT_PLUGIN_PATH_SIZE];
  (void)context;
  if (isatty(STDERR_FILENO))
    (void)fprintf(stderr, "backtest: compiling %s ...\n", bt_text_line(line, sizeof line, source));
}

static const char *variable(const char *name)
{
  const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
  return value ? value : "";
}

/* As compilers decide it; NO_COLOR is what users set for all programs. */
static bool has_colors(void)
{
  const char *terminal = variable("TERM");
  return isatty(STDERR_FILENO) && *terminal && strcmp(terminal, "dumb") != 0 &&
         !*variable("NO_COLOR");
}

bt_plugin_watch bt_plugin_watch_words(void)
{
  return (bt_plugin_watch){.on_words = print_words, .on_slow = print_slow, .colors = has_colors()};
}

bt_plugin_watch bt_plugin_watch_quietly(void)
{
  return (bt_plugin_watch){.on_slow = print_slow};
}
