/* The keeper: a process with one thread that forks worker processes and buries them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
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

/* Where memory runs out, this is the process to end. */
static void offer_memory(void)
{
  int file = open("/proc/self/oom_score_adj", O_WRONLY);
  if (file < 0) return;
  ssize_t written = write(file, "1000", 4);
  (void)written; /* then the system chooses by itself */
  (void)close(file);
}

/* What a strategy prints is no result, what it would read is none of its business, a core file of
 * every crash neither; and a crash ends the process, whoever has wished to handle it. With what it
 * forks it is a process group, which ends as a whole; and it ends with the keeper. */
static void settle_in(void)
{
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
  handle(crashes, sizeof crashes / sizeof crashes[0], SIG_DFL);
  const struct rlimit no_core = {0, 0};
  (void)setpgid(0, 0);
#if defined(__linux__)
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  offer_memory();
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
    return bt_channel_write(k->socket, &answer, sizeof answer, NULL) == BT_CHANNEL_OK;
  }
  answer.pid = fork_child(k, ends);
  answer.error = errno;
  if (answer.pid > 0) (void)setpgid(answer.pid, answer.pid); /* whoever comes first */
  (void)close(ends[1]);
  bool ok = false;
  if (answer.pid > 0) {
    k->pids[k->n_pids++] = answer.pid;
    ok = bt_channel_pass(k->socket, ends[0], &answer, sizeof answer) == BT_CHANNEL_OK;
  } else {
    ok = bt_channel_write(k->socket, &answer, sizeof answer, NULL) == BT_CHANNEL_OK;
  }
  (void)close(ends[0]);
  return ok;
}

/* Waits a moment, then kills; what it has forked goes with it. */
static void bury(bt_keeper_answer *out, pid_t pid, bool is_late)
{
  const struct timespec tick = {.tv_nsec = 1000000};
  bool is_dead = waitpid(pid, &out->status, WNOHANG) != 0;
  for (int ms = 0; ms < MOMENT_MS && !is_late && !is_dead; ms++) {
    (void)nanosleep(&tick, NULL);
    is_dead = waitpid(pid, &out->status, WNOHANG) != 0;
  }
  (void)kill(-pid, SIGKILL);
  if (is_dead) return;
  out->was_killed = 1;
  (void)kill(pid, SIGKILL);
  while (waitpid(pid, &out->status, 0) < 0 && errno == EINTR) continue;
}

static bool end_child(keeper *k, const bt_keeper_request *request)
{
  bt_keeper_answer answer = {.pid = request->pid};
  for (size_t i = 0; i < k->n_pids; i++) {
    if (k->pids[i] != request->pid) continue;
    bury(&answer, request->pid, request->is_late);
    k->pids[i] = k->pids[--k->n_pids];
    break;
  }
  return bt_channel_write(k->socket, &answer, sizeof answer, NULL) == BT_CHANNEL_OK;
}

/* A key pressed in the terminal is meant for the program, which ends its keeper by closing the
 * socket. */
static void ignore_signals(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  static const int children = SIGCHLD; /* whoever started the program may ignore it */
  handle(numbers, sizeof numbers / sizeof numbers[0], SIG_IGN);
  handle(&children, 1, SIG_DFL);
}

void bt_keeper__serve(int socket, const bt_job *job)
{
  keeper k = {.socket = socket, .job = job};
  bt_keeper_request request;
  bool ok = true;
  ignore_signals();
  while (ok && bt_channel_read(&request, sizeof request, socket, NULL) == BT_CHANNEL_OK)
    ok = request.verb == BT_KEEPER_BEGIN ? begin_child(&k) : end_child(&k, &request);
  for (size_t i = 0; i < k.n_pids; i++) bury(&(bt_keeper_answer){0}, k.pids[i], true);
  free(k.pids);
}
