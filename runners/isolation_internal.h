/* isolation_internal.h - this process's side of isolation.h, shared by isolation.c and isolated.c
 * alone. */
#ifndef BT_RUNNERS_ISOLATION_INTERNAL_H
#define BT_RUNNERS_ISOLATION_INTERNAL_H

#include <pthread.h>

#include "runners/isolation.h"
#include "runners/isolation_wire.h"

struct bt_isolation {
  const bt_job *job;
  bt_isolation_options options;
  pid_t pid; /* of the keeper */
  pthread_mutex_t mutex;
  int socket; /* to the keeper: one question and its answer at a time, under the mutex */
};

/* A worker process and the socket to it, which the caller closes. Errors: THREAD. */
bt_status bt_isolation__begin(pid_t *pid, int *socket, bt_isolation *isolation, bt_error *err);

/* Ends one: at once, or after the moment that it needs to die of what it did; how it ended is in
 * *out. Errors: THREAD. */
bt_status bt_isolation__end(bt_keeper_answer *out, bt_isolation *isolation, pid_t pid, bool is_late,
                            bt_error *err);

#endif
