#include "runners/isolation.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/channel.h"
#include "runners/isolation_internal.h"

/* error: as errno has it. */
static bt_status fail_process(int error, bt_error *err)
{
  char reason[128] = "";
  (void)strerror_r(error, reason, sizeof reason);
  return bt_fail(err, BT_ERR_THREAD, "--isolate: no process can be made: %s%s", reason,
                 error == EMFILE ? " (ulimit -n; each worker of -j needs one)" : "");
}

bt_status bt_isolation_new(bt_isolation **out, const bt_job *job,
                           const bt_isolation_options *options, bt_error *err)
{
  int ends[2];
  bt_isolation *isolation = calloc(1, sizeof *isolation);
  if (!isolation) return bt_fail_nomem(err, "isolation");
  int failure = pthread_mutex_init(&isolation->mutex, NULL);
  if (failure) {
    free(isolation);
    return fail_process(failure, err);
  }
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) {
    failure = errno;
    (void)pthread_mutex_destroy(&isolation->mutex);
    free(isolation);
    return fail_process(failure, err);
  }
  isolation->job = job;
  isolation->options = *options;
  isolation->socket = ends[0];
  (void)fflush(NULL); /* what waits to be written is not written twice */
  isolation->pid = fork();
  failure = errno;
  if (isolation->pid == 0) {
    (void)close(ends[0]);
    bt_keeper__serve(ends[1], job);
    _exit(0);
  }
  (void)close(ends[1]);
  if (isolation->pid < 0) {
    bt_isolation_free(isolation);
    return fail_process(failure, err);
  }
  *out = isolation;
  return BT_OK;
}

void bt_isolation_free(bt_isolation *isolation)
{
  if (!isolation) return;
  (void)close(isolation->socket); /* so the keeper ends */
  while (isolation->pid > 0 && waitpid(isolation->pid, NULL, 0) < 0 && errno == EINTR) continue;
  (void)pthread_mutex_destroy(&isolation->mutex);
  free(isolation);
}

static bt_status fail_keeper(bt_error *err)
{
  return bt_fail(err, BT_ERR_THREAD, "--isolate: the process that keeps the others has gone");
}

bt_status bt_isolation__begin(pid_t *pid, int *socket, bt_isolation *isolation, bt_error *err)
{
  const bt_keeper_request request = {.verb = BT_KEEPER_BEGIN};
  bt_keeper_answer answer = {0};
  (void)pthread_mutex_lock(&isolation->mutex);
  bool ok = bt_channel_write(isolation->socket, &request, sizeof request, NULL) == BT_CHANNEL_OK &&
            bt_channel_take(socket, &answer, sizeof answer, isolation->socket) == BT_CHANNEL_OK;
  (void)pthread_mutex_unlock(&isolation->mutex);
  if (!ok) return fail_keeper(err);
  if (answer.pid < 0) return fail_process(answer.error, err);
  if (*socket < 0) return fail_process(EMFILE, err); /* there was no room for it here */
  *pid = answer.pid;
  return BT_OK;
}

bt_status bt_isolation__end(bt_keeper_answer *out, bt_isolation *isolation, pid_t pid, bool is_late,
                            bt_error *err)
{
  const bt_keeper_request request = {.verb = BT_KEEPER_END, .pid = pid, .is_late = is_late};
  *out = (bt_keeper_answer){0};
  (void)pthread_mutex_lock(&isolation->mutex);
  bool ok = bt_channel_write(isolation->socket, &request, sizeof request, NULL) == BT_CHANNEL_OK &&
            bt_channel_read(out, sizeof *out, isolation->socket, NULL) == BT_CHANNEL_OK;
  (void)pthread_mutex_unlock(&isolation->mutex);
  if (ok) return BT_OK;
  (void)kill(-pid, SIGKILL); /* nobody else will */
  return fail_keeper(err);
}
