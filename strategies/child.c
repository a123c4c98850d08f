#include "strategies/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0], POLL_NS = 1000000, NOT_STARTED = 127 };

void bt_child__hold(bt_child_hold *hold)
{
  (void)sigemptyset(&hold->held);
  for (size_t i = 0; i < N_NUMBERS; i++) {
    struct sigaction action;
    if (sigaction(numbers[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    (void)sigaddset(&hold->held, numbers[i]);
  }
  (void)pthread_sigmask(SIG_BLOCK, &hold->held, &hold->before);
}

void bt_child__release(const bt_child_hold *hold)
{
  (void)pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}

static bool has_come(const bt_child_hold *hold)
{
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  for (size_t i = 0; i < N_NUMBERS; i++)
    if (sigismember(&hold->held, numbers[i]) == 1 && sigismember(&pending, numbers[i]) == 1)
      return true;
  return false;
}

/* ---- starting ---------------------------------------------------------------------------------
 */

static int redirect(posix_spawn_file_actions_t *actions, const bt_child *child)
{
  const int how = O_WRONLY | O_CREAT | O_TRUNC;
  int failure = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (failure == 0 && child->messages)
    failure = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, child->messages, how, 0600);
  if (failure != 0) return failure;
  return child->output
             ? posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, child->output, how, 0600)
             : posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
}

/* Returns 0 or errno. */
static int start(pid_t *pid, const bt_child *child, const bt_child_hold *hold)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure != 0) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (failure != 0) {
    (void)posix_spawn_file_actions_destroy(&actions);
    return failure;
  }
  failure = redirect(&actions, child);
  if (failure == 0) failure = posix_spawnattr_setsigmask(&attributes, &hold->before);
  if (failure == 0) failure = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  if (failure == 0)
    failure = posix_spawnp(pid, child->words[0], &actions, &attributes, (char *const *)child->words,
                           environ);
  (void)posix_spawnattr_destroy(&attributes);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failure;
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

/* Until it has ended; a signal that has come is handed on to it, once. Returns 0 or errno. */
static int wait_for(int *state, pid_t pid, const bt_child_hold *hold)
{
  const struct timespec pause = {0, POLL_NS};
  bool told = false;
  for (;;) {
    pid_t ended = waitpid(pid, state, WNOHANG);
    if (ended == pid) return 0;
    if (ended < 0 && errno != EINTR) return errno;
    if (!told && has_come(hold)) told = kill(pid, SIGTERM) == 0;
    (void)nanosleep(&pause, NULL);
  }
}

static bt_status fail_start(const char *program, int failure, bt_error *err)
{
  char reason[128] = "";
  (void)strerror_r(failure, reason, sizeof reason);
  bt_status status = failure == ENOMEM || failure == EAGAIN ? BT_ERR_IO : BT_ERR_NOT_FOUND;
  return bt_fail(err, status, "%s cannot be run: %s", program, reason);
}

bt_status bt_child__run(int *exit_status, const bt_child *child, const bt_child_hold *hold,
                        bt_error *err)
{
  pid_t pid = 0;
  int state = 0, failure = start(&pid, child, hold);
  if (failure == 0) failure = wait_for(&state, pid, hold);
  if (has_come(hold)) return bt_fail(err, BT_ERR_CANCELLED, "interrupted");
  if (failure != 0) return fail_start(child->words[0], failure, err);
  *exit_status = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  if (*exit_status == NOT_STARTED) return fail_start(child->words[0], ENOENT, err);
  return BT_OK;
}
