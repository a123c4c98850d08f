#include "strategies/plugin_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "strategies/child.h"

enum { READ, WRITE };

/* Whatever this process does when it crashes is not said of a copy. */
static void crash_plainly(void)
{
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  struct sigaction plain = {.sa_handler = SIG_DFL};
  (void)sigemptyset(&plain.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    (void)sigaction(numbers[i], &plain, NULL);
}

/* Neither what it prints nor what this process had not printed yet may come out twice. */
static void be_silent(void)
{
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0) return;
  (void)dup2(nowhere, STDOUT_FILENO);
  (void)dup2(nowhere, STDERR_FILENO);
  (void)close(nowhere);
}

/* In the copy. A byte in the pipe tells that the function has returned. */
static void be_probe(const bt_probe *probe, int answer, const bt_child_hold *hold)
{
  const sigset_t mask = bt_child__mask(hold);
  (void)setpgid(0, 0);
  crash_plainly();
  be_silent();
  (void)sigprocmask(SIG_SETMASK, &mask, NULL);
  probe->attempt(probe->path);
  ssize_t written = write(answer, "", 1);
  (void)written; /* where it is lost the plugin is refused */
  _exit(0);
}

static bt_status fail_system(const char *what, int failure, bt_error *err)
{
  char reason[128] = "";
  (void)strerror_r(failure, reason, sizeof reason);
  return bt_fail(err, BT_ERR_IO, "%s: %s", what, reason);
}

static bt_status judge(const bt_probe *probe, int state, bool late, int answer, bt_error *err)
{
  char byte = 0;
  if (late)
    return bt_fail(err, BT_ERR_PLUGIN, "it took longer than %g s to be loaded", probe->limit_s);
  if (WIFSIGNALED(state))
    return bt_fail(err, BT_ERR_PLUGIN, "it crashed while it was loaded (%s)",
                   strsignal(WTERMSIG(state))); /* NOLINT(concurrency-mt-unsafe): one thread */
  if (read(answer, &byte, 1) != 1)
    return bt_fail(err, BT_ERR_PLUGIN, "it ended the process while it was loaded");
  return BT_OK;
}

bt_status bt_probe_run(const bt_probe *probe, bt_error *err)
{
  bt_child_hold hold;
  int ends[2], state = 0;
  bool late = false;
  if (pipe(ends) != 0) return fail_system("no pipe can be made", errno, err);
  (void)fcntl(ends[READ], F_SETFL, O_NONBLOCK); /* a process that it has left behind may write */
  bt_child__hold(&hold);
  pid_t pid = fork();
  if (pid == 0) be_probe(probe, ends[WRITE], &hold);
  int failure = pid < 0 ? errno : 0;
  if (pid > 0) {
    (void)setpgid(pid, pid);
    failure =
        bt_child__wait(&state, &late, pid, &(bt_child_wait){&hold, probe->limit_s, NULL, NULL});
  }
  bt_status status = BT_OK;
  if (bt_child__has_come(&hold))
    status = bt_fail(err, BT_ERR_CANCELLED, "interrupted");
  else if (failure != 0)
    status = fail_system("no process can be made", failure, err);
  else
    status = judge(probe, state, late, ends[READ], err);
  (void)close(ends[READ]);
  (void)close(ends[WRITE]);
  bt_child__release(&hold);
  return status;
}
