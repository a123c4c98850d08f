/* The writer's queue is a list of batches sorted by sequence. Its front part, as far as the numbers
 * follow each other from `next` on, is ready to be written. The thread takes all that is ready at
 * once, writes it without the lock, and looks again.
 *
 * A wake-up costs as much as writing ten rows, so a push wakes the thread only when WAKE_BYTES are
 * ready or the budget is used up; less than that is found when the thread looks by itself every
 * TICK_MS while anything is ready or uncommitted.
 */
#include "runners/writer.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { WAKE_BYTES = 512 * 1024, TICK_MS = 100, COMMIT_AFTER_MS = 1000 };

struct bt_writer {
  bt_store *store; /* the thread's alone */
  int64_t run_id;
  size_t budget_bytes;
  bt_pool *pool; /* woken, without the mutex, when there is room again */
  pthread_t thread;
  pthread_mutex_t mutex; /* guards all below */
  pthread_cond_t work;   /* for the thread: enough is ready, or finishing */
  bt_batch *first, *last;
  size_t next;          /* first sequence that the thread has not written */
  size_t n_ready;       /* batches at the front that follow each other from `next` on */
  size_t ready_bytes;   /* theirs */
  size_t waiting_bytes; /* all that was pushed and is not yet written */
  bool full;   /* the budget was used up; see release and await_list for when there is room */
  bool asleep; /* the thread waits for work and nobody has woken it */
  bool idle;   /* it does so without limit */
  bool finishing;
  bt_error failure; /* the first; status BT_OK: none */
};

/* ---- the queue, under the mutex ------------------------------------------------------------- */

/* Batches arrive nearly in order, so the place is near the end. */
static void insert_sorted(bt_writer *writer, bt_batch *batch)
{
  bt_batch *before = writer->last;
  while (before && before->sequence > batch->sequence) before = before->previous;
  assert(batch->sequence >= writer->next && (!before || before->sequence != batch->sequence));
  batch->previous = before;
  batch->next = before ? before->next : writer->first;
  *(batch->next ? &batch->next->previous : &writer->last) = batch;
  *(before ? &before->next : &writer->first) = batch;
}

/* Extends the ready part when batch fills the gap behind it. */
static void extend_ready(bt_writer *writer, bt_batch *batch)
{
  for (; batch && batch->sequence == writer->next + writer->n_ready; batch = batch->next) {
    writer->n_ready++;
    writer->ready_bytes += bt_batch_size_bytes(batch);
  }
}

/* Unlinks the ready part (when finishing: everything) as a list. */
static bt_batch *take_ready(bt_writer *writer)
{
  bt_batch *taken = writer->first, *rest = taken;
  for (size_t i = 0; rest && (writer->finishing || i < writer->n_ready); i++) {
    writer->next = rest->sequence + 1;
    rest = rest->next;
  }
  if (rest == taken) return NULL;
  writer->first = rest;
  if (rest) {
    rest->previous->next = NULL;
    rest->previous = NULL;
  } else {
    writer->last = NULL;
  }
  writer->n_ready = 0;
  writer->ready_bytes = 0;
  return taken;
}

static void free_list(bt_batch *batch)
{
  while (batch) {
    bt_batch *next = batch->next;
    bt_batch_free(batch);
    batch = next;
  }
}

/* ---- writing, by the thread without the mutex ----------------------------------------------- */

static bt_status write_section(bt_store *store, int64_t run_id, const bt_section *section,
                               bt_error *err)
{
  const bt_result_key *key = &section->key;
  bt_objectives_row objectives = {.ticker_id = key->ticker_id,
                                  .window_id = key->window_id,
                                  .phase = key->phase,
                                  .values = section->values,
                                  .n_values = section->n_values};
  bt_metrics_rows rows = {.ticker_id = key->ticker_id,
                          .window_id = key->window_id,
                          .phase = key->phase,
                          .combo_ids = section->combo_ids,
                          .metrics = section->metrics,
                          .n_rows = section->n_metrics};
  bt_status status = bt_store_put_metrics(store, run_id, &rows, err);
  if (!status && section->n_values)
    status = bt_store_put_objectives(store, run_id, &objectives, err);
  if (!status)
    status = bt_store_put_trades(store, run_id, key, section->daily, section->trades,
                                 section->n_trades, err);
  if (!status)
    status = bt_store_put_equity(store, run_id, key, section->daily, section->points,
                                 section->n_points, err);
  if (!status)
    status = bt_store_put_regimes(store, run_id, key, section->regimes, section->n_regimes, err);
  return status;
}

bt_status bt_batch_put(const bt_batch *batch, bt_store *store, int64_t run_id, bt_error *err)
{
  bt_status status = BT_OK;
  if (batch->found.entry) status = bt_ticker_rows_put_one(store, run_id, &batch->found, err);
  if (!status && batch->fallen.entry)
    status = bt_ticker_rows_reject(store, run_id, &batch->fallen, err);
  for (const bt_section *s = batch->sections; s && !status; s = s->next)
    status = write_section(store, run_id, s, err);
  for (size_t i = 0; i < batch->n_selections && !status; i++)
    status = bt_store_put_selection(store, run_id, &batch->selections[i], err);
  if (!status && batch->walkforward.ticker_id)
    status = bt_store_put_walkforward(store, run_id, &batch->walkforward, err);
  if (!status && batch->task) status = bt_store_put_task(store, run_id, batch->task, err);
  return status ? status : bt_store_end_batch(store, err);
}

static void wake_pool(const bt_writer *writer)
{
  if (writer->pool) bt_pool_wake(writer->pool);
}

/* Gives the bytes of a written batch back. There is room again when half of the budget is free, not
 * after every batch. */
static void release(bt_writer *writer, bt_batch *batch)
{
  size_t size = bt_batch_size_bytes(batch);
  pthread_mutex_lock(&writer->mutex);
  writer->waiting_bytes -= size;
  bool opens = writer->full && writer->waiting_bytes <= writer->budget_bytes / 2;
  if (opens) writer->full = false;
  pthread_mutex_unlock(&writer->mutex);
  if (opens) wake_pool(writer);
  bt_batch_free(batch);
}

/* Writes and frees a list. After a failure the rest is freed unwritten. */
static bt_status write_list(bt_writer *writer, bt_batch *batch, bt_error *err)
{
  bt_status status = BT_OK;
  while (batch && !status) {
    bt_batch *next = batch->next;
    status = bt_batch_put(batch, writer->store, writer->run_id, err);
    release(writer, batch);
    batch = next;
  }
  free_list(batch);
  return status;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for work: for long when there is nothing, for a tick when something is ready or has to be
 * committed soon. */
static void wait_for_work(bt_writer *writer, bool uncommitted)
{
  writer->asleep = true;
  writer->idle = writer->n_ready == 0 && !uncommitted;
  if (writer->idle) {
    pthread_cond_wait(&writer->work, &writer->mutex);
  } else {
    /* The clock of the condition; when somebody sets it, one tick is longer or shorter. */
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
      until.tv_nsec -= 1000000000L;
      until.tv_sec++;
    }
    (void)pthread_cond_timedwait(&writer->work, &writer->mutex, &until);
  }
  writer->asleep = writer->idle = false;
}

/* Keeps the first failure and lets go of everything that waits: nothing more will be written. */
static void fail(bt_writer *writer, const bt_error *failure)
{
  pthread_mutex_lock(&writer->mutex);
  writer->failure = *failure;
  bt_batch *waiting = writer->first;
  writer->first = writer->last = NULL;
  pthread_mutex_unlock(&writer->mutex);
  wake_pool(writer);
  free_list(waiting);
}

/* Whether waking the thread, or not letting it sleep, is worth it. */
static bool is_enough(const bt_writer *writer)
{
  return writer->n_ready > 0 && (writer->ready_bytes >= WAKE_BYTES || writer->full);
}

/* What is next: a list to write, or NULL when it is time to look at the clock. *done: finished. */
static bt_batch *await_list(bt_writer *writer, bool uncommitted, bool *done)
{
  pthread_mutex_lock(&writer->mutex);
  /* release() opens late; what it left is made good before a sleep. */
  bool opens = writer->full && writer->waiting_bytes < writer->budget_bytes;
  if (opens) writer->full = false;
  if (!opens && !writer->finishing && !is_enough(writer)) wait_for_work(writer, uncommitted);
  bt_batch *list = take_ready(writer);
  *done = !opens && !list && writer->finishing;
  opens = opens || (list && writer->full); /* `next` has moved, and has room whatever waits */
  pthread_mutex_unlock(&writer->mutex);
  if (opens) wake_pool(writer);
  return list;
}

static void *run(void *context)
{
  bt_writer *writer = context;
  bt_error failure;
  bt_status status = BT_OK;
  bool done = false, uncommitted = false;
  int64_t since_ms = 0; /* when the oldest uncommitted rows were written */
  while (!done && !status) {
    bt_batch *list = await_list(writer, uncommitted, &done);
    if (list && !uncommitted) since_ms = now_ms();
    uncommitted = uncommitted || list;
    status = write_list(writer, list, &failure);
    if (status || !uncommitted || (!done && now_ms() - since_ms < COMMIT_AFTER_MS)) continue;
    status = bt_store_commit(writer->store, &failure);
    uncommitted = false;
  }
  if (status) fail(writer, &failure);
  return NULL;
}

/* ---- for the workers ------------------------------------------------------------------------ */

/* At most one signal a sleep. */
static void wake_thread(bt_writer *writer)
{
  if (!writer->asleep) return;
  writer->asleep = writer->idle = false;
  pthread_cond_signal(&writer->work);
}

static bt_status copy_failure(const bt_writer *writer, bt_error *err)
{
  if (writer->failure.status && err) *err = writer->failure;
  return writer->failure.status;
}

bool bt_writer_has_room(bt_writer *writer, size_t sequence)
{
  pthread_mutex_lock(&writer->mutex);
  bool room = !writer->full || sequence <= writer->next || writer->failure.status;
  pthread_mutex_unlock(&writer->mutex);
  return room;
}

bt_status bt_writer_check(bt_writer *writer, bt_error *err)
{
  pthread_mutex_lock(&writer->mutex);
  bt_status status = copy_failure(writer, err);
  pthread_mutex_unlock(&writer->mutex);
  return status;
}

bt_status bt_writer_push(bt_writer *writer, bt_batch *batch, bt_error *err)
{
  size_t size = bt_batch_size_bytes(batch);
  pthread_mutex_lock(&writer->mutex);
  bt_status status = copy_failure(writer, err);
  if (!status) {
    insert_sorted(writer, batch);
    writer->waiting_bytes += size;
    if (writer->waiting_bytes >= writer->budget_bytes) writer->full = true;
    extend_ready(writer, batch);
    /* A sleep without limit is ended by the first that is ready. */
    if (is_enough(writer) || (writer->idle && writer->n_ready > 0)) wake_thread(writer);
  }
  pthread_mutex_unlock(&writer->mutex);
  if (status) bt_batch_free(batch);
  return status;
}

/* ---- beginning and end ---------------------------------------------------------------------- */

/* All or nothing. */
static bool init_locks(bt_writer *writer)
{
  if (pthread_mutex_init(&writer->mutex, NULL) != 0) return false;
  if (pthread_cond_init(&writer->work, NULL) == 0) return true;
  pthread_mutex_destroy(&writer->mutex);
  return false;
}

static void destroy_locks(bt_writer *writer)
{
  pthread_cond_destroy(&writer->work);
  pthread_mutex_destroy(&writer->mutex);
}

bt_status bt_writer_new(bt_writer **out, bt_store *store, int64_t run_id, size_t budget_bytes,
                        bt_pool *pool, bt_error *err)
{
  bt_writer *writer = calloc(1, sizeof *writer);
  if (!writer) return bt_fail_nomem(err, "writer");
  writer->store = store;
  writer->run_id = run_id;
  writer->budget_bytes = budget_bytes;
  writer->pool = pool;
  if (!init_locks(writer)) {
    free(writer);
    return bt_fail(err, BT_ERR_THREAD, "the locks of the writer cannot be made");
  }
  if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
    destroy_locks(writer);
    free(writer);
    return bt_fail(err, BT_ERR_THREAD, "the thread that writes results cannot be started");
  }
  *out = writer;
  return BT_OK;
}

bt_status bt_writer_finish(bt_writer *writer, bt_error *err)
{
  if (!writer) return BT_OK;
  pthread_mutex_lock(&writer->mutex);
  writer->finishing = true;
  wake_thread(writer);
  pthread_mutex_unlock(&writer->mutex);
  (void)pthread_join(writer->thread, NULL);
  bt_status status = copy_failure(writer, err);
  destroy_locks(writer);
  free(writer);
  return status;
}
