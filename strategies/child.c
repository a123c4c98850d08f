#include "strategies/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

/* What is over soon is seen soon; what takes long is not looked at all the time. */
enum { PAUSE_FIRST_NS = 50000, PAUSE_MOST_NS = 2000000 };

/* From being asked to end to being killed, and until somebody is told that it takes long. */
static const double patience_s = 1, slow_s = 1;

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

sigset_t bt_child__mask(const bt_child_hold *hold)
{
  sigset_t mask = hold->before;
  for (size_t i = 0; i < N_NUMBERS; i++)
    if (sigismember(&hold->held, numbers[i]) == 1) (void)sigdelset(&mask, numbers[i]);
  return mask;
}

bool bt_child__has_come(const bt_child_hold *hold)
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
  if (failure == 0)
    failure = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, child->messages, how, 0600);
  if (failure != 0) return failure;
  return child->output
             ? posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, child->output, how, 0600)
             : posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
}

/* Its signals, and a group of its own: what it starts, such as the passes of a compiler, ends with
 * it. */
static int set_attributes(posix_spawnattr_t *attributes, const bt_child_hold *hold)
{
  const sigset_t mask = bt_child__mask(hold);
  int failure = posix_spawnattr_setsigmask(attributes, &mask);
  if (failure == 0) failure = posix_spawnattr_setpgroup(attributes, 0);
  if (failure == 0)
    failure = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  return failure;
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
  if (failure == 0) failure = set_attributes(&attributes, hold);
  if (failure == 0)
    failure = posix_spawnp(pid, child->words[0], &actions, &attributes, (char *const *)child->words,
                           environ);
  (void)posix_spawnattr_destroy(&attributes);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failure;
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

static double now_s(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Whether it has ended; its number stays taken until waitpid, so that its group can be killed. */
static bool has_ended(int *failure, pid_t pid)
{
  siginfo_t info = {0};
  if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) return info.si_pid == pid;
  if (errno != EINTR) *failure = errno;
  return *failure != 0;
}

/* What has been done to a child, and when. */
typedef struct course {
  double begun_s, asked_s; /* asked to end; 0: not yet */
  bool told, killed;
} course;

static void look_after(course *c, bool *late, pid_t pid, const bt_child_wait *how)
{
  double now = now_s();
  if (!c->told && how->on_slow && now - c->begun_s >= slow_s) {
    c->told = true;
    how->on_slow(how->context);
  }
  if (c->asked_s == 0 && bt_child__has_come(how->hold)) {
    c->asked_s = now;
    (void)kill(-pid, SIGTERM);
  }
  *late = *late || (how->limit_s > 0 && now - c->begun_s >= how->limit_s);
  if (c->killed || !(*late || (c->asked_s > 0 && now - c->asked_s >= patience_s))) return;
  c->killed = true;
  (void)kill(-pid, SIGKILL);
}

int bt_child__wait(int *state, bool *late, pid_t pid, const bt_child_wait *how)
{
  course c = {.begun_s = now_s()};
  struct timespec pause = {0, PAUSE_FIRST_NS};
  int failure = 0;
  *late = false;
  while (!has_ended(&failure, pid)) {
    (void)nanosleep(&pause, NULL);
    if (pause.tv_nsec < PAUSE_MOST_NS) pause.tv_nsec += pause.tv_nsec;
    look_after(&c, late, pid, how);
  }
  if (failure != 0) return failure;
  if (c.asked_s > 0 || c.killed) (void)kill(-pid, SIGKILL); /* what it has left behind */
  return waitpid(pid, state, 0) == pid ? 0 : errno;
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
  const bt_child_wait how = {hold, 0, child->on_slow, child->context};
  pid_t pid = 0;
  bool late = false;
  int state = 0, failure = start(&pid, child, hold);
  if (failure == 0) failure = bt_child__wait(&state, &late, pid, &how);
  if (bt_child__has_come(hold)) return bt_fail(err, BT_ERR_CANCELLED, "interrupted");
  if (failure != 0) return fail_start(child->words[0], failure, err);
  *exit_status = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  return BT_OK;
}
