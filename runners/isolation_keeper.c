/* The keeper: a process with one thread that forks worker processes and buries them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/grow.h"
#include "runners/channel.h"
#include "runners/isolation_wire.h"

enum { MOMENT_MS = 1000 }; /* a process that has closed its socket is dying */

/* The worker processes that are alive. */
typedef struct keeper {
  int socket;
  const bt_job *job;
  pid_t *pids;
  size_t n_pids;
} keeper;

static void handle(const int *numbers, size_t n, void (*handler)(int))
{
  struct sigaction action = {.sa_handler = handler};
  (void)sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < n; i++) (void)sigaction(numbers[i], &action, NULL);
}

/* What a strategy prints is no result, what it would read is none of its business, a core file of
 * every crash neither; and a crash ends the process, whoever has wished to handle it. */
static void settle_in(void)
{
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
  handle(crashes, sizeof crashes / sizeof crashes[0], SIG_DFL);
  const struct rlimit no_core = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &no_core);
  (void)dup2(STDERR_FILENO, STDOUT_FILENO);
  int nothing = open("/dev/null", O_RDONLY);
  if (nothing > STDERR_FILENO) {
    (void)dup2(nothing, STDIN_FILENO);
    (void)close(nothing);
  }
}

/* Does not return. */
static void be_child(const keeper *k, int socket)
{
  (void)close(k->socket);
  settle_in();
  bt_child__serve(socket, k->job);
  _exit(0);
}

static pid_t fork_child(const keeper *k, const int ends[2])
{
  pid_t pid = fork();
  if (pid != 0) return pid;
  (void)close(ends[0]);
  be_child(k, ends[1]);
  return 0;
}

/* False where the other side has gone. */
static bool begin_child(keeper *k)
{
  int ends[2];
  bt_keeper_answer answer = {.pid = -1};
  pid_t *pids = bt_grow(k->pids, k->n_pids, sizeof *pids);
  if (pids) k->pids = pids;
  if (!pids || socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) {
    answer.error = pids ? errno : ENOMEM;
    return bt_channel_write(k->socket, &answer, sizeof answer) == BT_CHANNEL_OK;
  }
  answer.pid = fork_child(k, ends);
  answer.error = errno;
  (void)close(ends[1]);
  bool ok = false;
  if (answer.pid > 0) {
    k->pids[k->n_pids++] = answer.pid;
    ok = bt_channel_pass(k->socket, ends[0], &answer, sizeof answer) == BT_CHANNEL_OK;
  } else {
    ok = bt_channel_write(k->socket, &answer, sizeof answer) == BT_CHANNEL_OK;
  }
  (void)close(ends[0]);
  return ok;
}

/* Waits a moment, then kills. */
static int bury(pid_t pid, bool is_late)
{
  const struct timespec tick = {.tv_nsec = 1000000};
  int status = 0;
  for (int ms = 0; ms < MOMENT_MS && !is_late; ms++) {
    if (waitpid(pid, &status, WNOHANG) == pid) return status;
    (void)nanosleep(&tick, NULL);
  }
  (void)kill(pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

static bool end_child(keeper *k, const bt_keeper_request *request)
{
  bt_keeper_answer answer = {.pid = request->pid};
  for (size_t i = 0; i < k->n_pids; i++) {
    if (k->pids[i] != request->pid) continue;
    answer.status = bury(request->pid, request->is_late);
    k->pids[i] = k->pids[--k->n_pids];
    break;
  }
  return bt_channel_write(k->socket, &answer, sizeof answer) == BT_CHANNEL_OK;
}

/* A key pressed in the terminal is meant for the program, which ends its keeper by closing the
 * socket. */
static void ignore_signals(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  handle(numbers, sizeof numbers / sizeof numbers[0], SIG_IGN);
}

void bt_keeper__serve(int socket, const bt_job *job)
{
  keeper k = {.socket = socket, .job = job};
  bt_keeper_request request;
  bool ok = true;
  ignore_signals();
  while (ok && bt_channel_read(&request, sizeof request, socket, NULL) == BT_CHANNEL_OK)
    ok = request.verb == BT_KEEPER_BEGIN ? begin_child(&k) : end_child(&k, &request);
  for (size_t i = 0; i < k.n_pids; i++) (void)bury(k.pids[i], true);
  free(k.pids);
}
