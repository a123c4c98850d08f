/* One worker's process, as seen from here. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/number.h"
#include "runners/channel.h"
#include "runners/isolation_internal.h"
#include "runners/ticker.h"

struct bt_isolated {
  bt_isolation *isolation;
  pid_t pid; /* 0: none */
  int socket;
  const bt_universe_entry *entry; /* of the ticker that is open there; NULL: none */
  size_t n_bars;                  /* and how many it has */
  size_t n_answers;               /* of the process so far, about strategies */
  uint64_t number;                /* of the last request: nobody can know the next one */
};

bt_status bt_isolated_new(bt_isolated **out, bt_isolation *isolation, bt_error *err)
{
  *out = calloc(1, sizeof **out);
  if (!*out) return bt_fail_nomem(err, "isolation");
  (*out)->isolation = isolation;
  (*out)->number = (uint64_t)(uintptr_t)*out ^ (uint64_t)time(NULL) << 32 ^ (uint64_t)getpid();
  return BT_OK;
}

/* Ends the process; *out tells how it ended. */
static bt_status end_process(bt_keeper_answer *out, bt_isolated *isolated, bool is_late,
                             bt_error *err)
{
  pid_t pid = isolated->pid;
  (void)close(isolated->socket);
  isolated->pid = 0;
  isolated->entry = NULL;
  isolated->n_answers = 0;
  return bt_isolation__end(out, isolated->isolation, pid, is_late, err);
}

void bt_isolated_free(bt_isolated *isolated)
{
  bt_keeper_answer ended;
  if (!isolated) return;
  if (isolated->pid) (void)end_process(&ended, isolated, true, NULL);
  free(isolated);
}

/* ---- what went wrong --------------------------------------------------------------------------
 */

static const struct {
  int number;
  const char *text;
} signals[] = {
    {SIGSEGV, "SIGSEGV, a wrong address"}, {SIGBUS, "SIGBUS, a wrong address"},
    {SIGFPE, "SIGFPE, wrong arithmetic"},  {SIGILL, "SIGILL, a wrong instruction"},
    {SIGABRT, "SIGABRT, it gave up"},      {SIGKILL, "SIGKILL, perhaps for want of memory"},
};

/* How a process ended that should not have. */
static bt_status fail_ended(const bt_keeper_answer *ended, bt_error *err)
{
  int status = ended->status;
  if (ended->was_killed)
    return bt_fail(err, BT_ERR_DATA, "it closed the connection of its process, which was ended");
  if (WIFEXITED(status))
    return bt_fail(err, BT_ERR_DATA, "it ended its process (exit status %d)", WEXITSTATUS(status));
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    if (WTERMSIG(status) == signals[i].number)
      return bt_fail(err, BT_ERR_DATA, "it crashed (%s)", signals[i].text);
  return bt_fail(err, BT_ERR_DATA, "it crashed (signal %d)", WTERMSIG(status));
}

static bt_status fail_late(const bt_isolated *isolated, const bt_keeper_answer *ended,
                           bt_error *err)
{
  char seconds[BT_NUMBER_TEXT_SIZE];
  if (!ended->was_killed)
    return fail_ended(ended, err); /* it was dead, but not what it had forked */
  return bt_fail(err, BT_ERR_DATA, "it took longer than %s s (--task-timeout)",
                 bt_number_format(seconds, isolated->isolation->options.timeout_s));
}

/* A request that has no answer, or a wrong one (OK): the process is done with. */
static bt_status give_up(bt_isolated *isolated, bt_channel_result result, bt_error *err)
{
  bt_keeper_answer ended;
  bt_status status = end_process(&ended, isolated, result != BT_CHANNEL_CLOSED, err);
  if (status) return status;
  switch (result) {
  case BT_CHANNEL_CANCELLED:
    return bt_fail(err, BT_ERR_CANCELLED, "cancelled");
  case BT_CHANNEL_LATE:
    return fail_late(isolated, &ended, err);
  case BT_CHANNEL_OK:
    return bt_fail(err, BT_ERR_DATA, "it has destroyed the memory of its process");
  case BT_CHANNEL_CLOSED:
    break;
  }
  return fail_ended(&ended, err);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* As changes.h describes them. */
static bool are_changes(const bt_change *at, size_t n, size_t n_bars)
{
  double before = 0;
  for (size_t i = 0; i < n; i++) {
    bool rises = at[i].bar < n_bars && (i == 0 || at[i].bar > at[i - 1].bar);
    if (!rises || !(at[i].target >= -1 && at[i].target <= 1) || at[i].target == before)
      return false;
    before = at[i].target;
  }
  return true;
}

/* What a strategy is blamed for is its own words; anything else means that its process is no longer
 * one to ask. */
static bt_status read_failure(bt_isolated *isolated, bt_status status, const bt_channel_wait *wait,
                              bt_error *err)
{
  bt_error told = {0};
  bt_channel_result result = bt_channel_read(&told, sizeof told, isolated->socket, wait);
  if (result) return give_up(isolated, result, err);
  if (status == BT_ERR_NOMEM) {
    status = give_up(isolated, BT_CHANNEL_OK, err);
    if (status != BT_ERR_DATA) return status;
    return bt_fail(err, BT_ERR_DATA, "it has used up the memory of its process");
  }
  if (status != BT_ERR_STRATEGY || told.status != status)
    return give_up(isolated, BT_CHANNEL_OK, err);
  told.message[BT_ERROR_MESSAGE_SIZE - 1] = '\0';
  for (char *c = told.message; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
  return bt_fail(err, BT_ERR_STRATEGY, "%s", told.message);
}

/* The answer to what was asked, into *out. */
static bt_status read_answer(bt_changes *out, bt_isolated *isolated, size_t n_bars, bt_error *err)
{
  const bt_isolation_options *options = &isolated->isolation->options;
  const bt_channel_wait wait = {options->timeout_s, options->is_cancelled};
  bt_child_answer head;
  bt_channel_result result = bt_channel_read(&head, sizeof head, isolated->socket, &wait);
  if (result) return give_up(isolated, result, err);
  if (head.number != isolated->number) return give_up(isolated, BT_CHANNEL_OK, err);
  if (head.status) return read_failure(isolated, head.status, &wait, err);
  if (head.n_changes > n_bars) return give_up(isolated, BT_CHANNEL_OK, err);
  bt_status status = bt_changes_reserve(out, head.n_changes, err);
  if (status) return status;
  result = bt_channel_read(out->at, head.n_changes * sizeof *out->at, isolated->socket, &wait);
  if (result || !are_changes(out->at, head.n_changes, n_bars))
    return give_up(isolated, result, err);
  bt_changes_set(out, head.n_changes, n_bars);
  return BT_OK;
}

/* ---- questions --------------------------------------------------------------------------------
 */

/* splitmix64 */
static uint64_t next_number(uint64_t number)
{
  uint64_t z = number + UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* Sends the head of a request. Nothing may wait to be read: what does was not asked for. */
static bt_channel_result write_head(bt_isolated *isolated, bt_child_request request,
                                    const bt_channel_wait *wait)
{
  isolated->number = request.number = next_number(isolated->number);
  return bt_channel_write(isolated->socket, &request, sizeof request, wait);
}

/* The bars, as they follow an OPEN. */
static bt_channel_result write_bars(int socket, const bt_ticker *ticker, bool has_benchmark,
                                    const bt_channel_wait *wait)
{
  const bt_bars *bars = ticker->bars;
  const void *const series[BT_CHILD_SERIES_MOST] = {
      bars->time_ns, bars->open,   bars->high,          bars->low,
      bars->close,   bars->volume, bars->adjust_factor, ticker->benchmark};
  size_t n = has_benchmark ? BT_CHILD_SERIES_MOST : BT_CHILD_SERIES;
  bt_channel_result result = BT_CHANNEL_OK;
  for (size_t i = 0; i < n && !result; i++)
    result = bt_channel_write(socket, series[i], bars->n_bars * sizeof(double), wait);
  return result;
}

/* Opens the ticker there, in a process that is alive. */
static bt_status open_there(bt_isolated *isolated, const bt_ticker *ticker,
                            const bt_channel_wait *wait, bt_error *err)
{
  const bt_bars *bars = ticker->bars;
  bt_changes none;
  if (isolated->entry == ticker->entry && isolated->n_bars == bars->n_bars) return BT_OK;
  const bt_child_request request = {
      .verb = BT_CHILD_OPEN,
      .ticker = (size_t)(ticker->entry - isolated->isolation->job->universe->entries),
      .n_bars = bars->n_bars,
      .n_room = ticker->n_room,
      .has_benchmark = ticker->n_room > 0 && ticker->benchmark,
      .periods_per_year = ticker->subject.periods_per_year,
      .daily = bars->daily};
  bt_channel_result result = write_head(isolated, request, wait);
  if (!result) result = write_bars(isolated->socket, ticker, request.has_benchmark, wait);
  if (result) return give_up(isolated, result, err);
  bt_changes_init(&none);
  bt_status status = read_answer(&none, isolated, bars->n_bars, err);
  bt_changes_clear(&none);
  isolated->entry = status ? NULL : ticker->entry;
  isolated->n_bars = bars->n_bars;
  return status;
}

/* What is asked of a ticker. */
typedef struct question {
  bt_child_request head;
  const bt_isolated_parts *parts; /* of AIM_PARTS */
} question;

static bt_channel_result write_parts(const bt_isolated *isolated, const bt_isolated_parts *wanted,
                                     size_t n_bars, const bt_channel_wait *wait)
{
  static const double none = 0;
  size_t n_params = bt_grid_n_params(isolated->isolation->job->grid);
  bt_channel_result result = BT_CHANNEL_OK;
  for (size_t i = 0; i < wanted->n_parts && !result; i++) {
    const bt_on_bar_part *part = &wanted->parts[i];
    const bt_child_part head = {part->first, part->params != NULL};
    result = bt_channel_write(isolated->socket, &head, sizeof head, wait);
    for (size_t k = 0; k < n_params && !result; k++)
      result = bt_channel_write(isolated->socket, part->params ? &part->params[k] : &none,
                                sizeof none, wait);
  }
  for (int i = 0; i < BT_STOP_COUNT && !result; i++)
    if (wanted->amounts[i])
      result =
          bt_channel_write(isolated->socket, wanted->amounts[i], n_bars * sizeof(double), wait);
  return result;
}

/* One question to a process, which is begun where there is none. */
static bt_status ask_once(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                          const question *q, bt_error *err)
{
  const bt_isolation_options *options = &isolated->isolation->options;
  const bt_channel_wait wait = {options->timeout_s, options->is_cancelled};
  bt_status status = BT_OK;
  if (isolated->pid && bt_channel_has_something(isolated->socket))
    return give_up(isolated, BT_CHANNEL_CLOSED, err); /* it has died since, or talks unasked */
  if (!isolated->pid)
    status = bt_isolation__begin(&isolated->pid, &isolated->socket, isolated->isolation, err);
  if (!status) status = open_there(isolated, ticker, &wait, err);
  if (status) return status;
  bt_channel_result result = write_head(isolated, q->head, &wait);
  if (!result && q->parts) result = write_parts(isolated, q->parts, ticker->bars->n_bars, &wait);
  if (result) return give_up(isolated, result, err);
  status = read_answer(out, isolated, ticker->bars->n_bars, err);
  if (isolated->pid) isolated->n_answers++;
  return status;
}

/* What a process dies of may have been done to it earlier, on another ticker: only what fails in a
 * fresh one, too, is this question's fault. */
static bt_status ask(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                     const question *q, bt_error *err)
{
  bool is_used = isolated->pid && isolated->n_answers > 0;
  bt_status status = ask_once(out, isolated, ticker, q, err);
  bool has_died = status == BT_ERR_DATA && !isolated->pid;
  return has_died && is_used ? ask_once(out, isolated, ticker, q, err) : status;
}

bt_status bt_isolated_aim(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                          size_t combo, bt_span span, bt_error *err)
{
  const question q = {.head = {.verb = BT_CHILD_AIM, .combo = combo, .span = span}};
  return ask(out, isolated, ticker, &q, err);
}

bt_status bt_isolated_aim_parts(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                                const bt_isolated_parts *wanted, bt_error *err)
{
  question q = {
      .head = {.verb = BT_CHILD_AIM_PARTS, .span = wanted->span, .n_parts = wanted->n_parts},
      .parts = wanted};
  for (int i = 0; i < BT_STOP_COUNT; i++) q.head.has_amounts[i] = wanted->amounts[i] != NULL;
  return ask(out, isolated, ticker, &q, err);
}
