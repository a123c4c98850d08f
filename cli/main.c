#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "cli/command.h"

/* Where a shell has closed a standard stream (`>&-`), the next file that is opened would take its
 * number, and the summary would be printed into it. /dev/null for reading fails every write. */
static void occupy_standard_streams(void)
{
  int descriptor = 0;
  do descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) (void)close(descriptor);
}

/* A file that reaches `ulimit -f` shall be a failed write with a reason, as on a full disk, and not
 * the end of the process. */
static void ignore_file_size_signal(void)
{
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  (void)sigemptyset(&ignore.sa_mask);
  (void)sigaction(SIGXFSZ, &ignore, NULL);
}

/* Who started this may have ignored it: then the end of a child, such as a compiler, could not be
 * waited for. */
static void hear_of_children(void)
{
  struct sigaction plain = {.sa_handler = SIG_DFL};
  (void)sigemptyset(&plain.sa_mask);
  (void)sigaction(SIGCHLD, &plain, NULL);
}

/* One ticker after another asks for the same few megabytes: glibc is to keep them instead of giving
 * them back to the system, page by page, after each. */
static void keep_freed_memory(void)
{
#if defined(__GLIBC__)
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

/* ---- vector levels: the same program, compiled for wider registers -----------------------------
 */

typedef struct level {
  const char *name;
  bool there; /* this CPU can run it */
  int (*main)(int argc, char **argv);
} level;

enum { LEVELS_MOST = 3 };

#if defined(BT_VECTOR_LEVELS)

int bt_command_main_avx512(int argc, char **argv);
int bt_command_main_avx2(int argc, char **argv);
int bt_command_main_baseline(int argc, char **argv);

/* What the Makefile compiles the levels for, widest first. */
static size_t list_levels(level levels[LEVELS_MOST])
{
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
              __builtin_cpu_supports("popcnt");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  levels[0] = (level){"avx512", avx512, bt_command_main_avx512};
  levels[1] = (level){"avx2", avx2, bt_command_main_avx2};
  levels[2] = (level){"baseline", true, bt_command_main_baseline};
  return 3;
}

#else

static size_t list_levels(level levels[LEVELS_MOST])
{
  levels[0] = (level){"baseline", true, bt_command_main};
  return 1;
}

#endif

/* The widest level that the CPU has, or the one that BACKTEST_VECTORS names: no result depends on
 * it. NULL, and a line on stderr, where that one is not to be had. */
static const level *choose_level(level levels[LEVELS_MOST])
{
  size_t n = list_levels(levels);
  const char *wanted = getenv("BACKTEST_VECTORS");
  for (size_t i = 0; i < n; i++) {
    bool named = wanted && *wanted && strcmp(wanted, levels[i].name) == 0;
    if (levels[i].there && (named || !wanted || !*wanted)) return &levels[i];
  }
  (void)fprintf(stderr, "backtest: BACKTEST_VECTORS=%s: this program or this CPU does not have it;",
                wanted);
  for (size_t i = 0; i < n; i++)
    if (levels[i].there) (void)fprintf(stderr, " %s", levels[i].name);
  (void)fputs(" can be had\n", stderr);
  return NULL;
}

int main(int argc, char **argv)
{
  level levels[LEVELS_MOST];
  keep_freed_memory();
  ignore_file_size_signal();
  hear_of_children();
  occupy_standard_streams();
  const level *chosen = choose_level(levels);
  return chosen ? chosen->main(argc, argv) : BT_EXIT_USAGE;
}
