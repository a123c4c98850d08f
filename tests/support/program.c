#include "tests/support/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/paths.h"

/* In the child: stdin empty, both outputs into files, `backtest` on PATH. Does not return. */
static void become_shell(const char *dir, const char *outputs, const char *command)
{
  char path[2 * TEST_PATH_SIZE], folder[TEST_PATH_SIZE];
  const char *program = getenv("BACKTEST_PROGRAM"), *old = getenv("PATH");
  (void)snprintf(folder, sizeof folder, "%s", program ? program : "");
  char *slash = strrchr(folder, '/');
  if (slash) *slash = '\0';
  (void)snprintf(path, sizeof path, "%s:%s", folder, old ? old : "/usr/bin:/bin");
  (void)setenv("PATH", path, 1);
  (void)snprintf(path, sizeof path, "%s.cache", outputs); /* never the user's own */
  (void)setenv("XDG_CACHE_HOME", path, 1);
  (void)snprintf(path, sizeof path, "%s.out", outputs);
  int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  (void)snprintf(path, sizeof path, "%s.err", outputs);
  int err = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int in = open("/dev/null", O_RDONLY);
  if (out < 0 || err < 0 || in < 0 || chdir(dir) != 0) _exit(127);
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(127);
  (void)alarm(120);
  (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(127);
}

static void read_text(char *text, const char *outputs, const char *suffix)
{
  char path[2 * TEST_PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s%s", outputs, suffix);
  FILE *file = fopen(path, "rb");
  if (!file) abort();
  text[fread(text, 1, TEST_OUTPUT_SIZE - 1, file)] = '\0';
  (void)fclose(file);
  (void)unlink(path);
}

void test_run_shell(test_run *out, const char *dir, const char *command)
{
  char outputs[TEST_PATH_SIZE], folder[TEST_PATH_SIZE];
  int status = 0;
  test_dir_make(folder);
  (void)snprintf(outputs, sizeof outputs, "%.900s/run", folder);
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) become_shell(dir, outputs, command);
  if (waitpid(child, &status, 0) != child) abort();
  out->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  read_text(out->out, outputs, ".out");
  read_text(out->err, outputs, ".err");
  test_dir_remove(folder);
}
