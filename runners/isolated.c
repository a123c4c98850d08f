/* One worker's process, as seen from here. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
};

bt_status bt_isolated_new(bt_isolated **out, bt_isolation *isolation, bt_error *err)
{
  *out = calloc(1, sizeof **out);
  if (!*out) return bt_fail_nomem(err, "isolation");
  (*out)->isolation = isolation;
  return BT_OK;
}

/* Ends the process; how it ended is told by *status. */
static bt_status end_process(int *status, bt_isolated *isolated, bool is_late, bt_error *err)
{
  pid_t pid = isolated->pid;
  (void)close(isolated->socket);
  isolated->pid = 0;
  isolated->entry = NULL;
  return bt_isolation__end(status, isolated->isolation, pid, is_late, err);
}

void bt_isolated_free(bt_isolated *isolated)
{
  int status = 0;
  if (!isolated) return;
  if (isolated->pid) (void)end_process(&status, isolated, true, NULL);
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
static bt_status fail_ended(int status, bt_error *err)
{
  if (WIFEXITED(status))
    return bt_fail(err, BT_ERR_DATA, "it ended its process (exit status %d)", WEXITSTATUS(status));
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    if (WTERMSIG(status) == signals[i].number)
      return bt_fail(err, BT_ERR_DATA, "it crashed (%s)", signals[i].text);
  return bt_fail(err, BT_ERR_DATA, "it crashed (signal %d)", WTERMSIG(status));
}

/* A request that has no answer: the process is done with. */
static bt_status give_up(bt_isolated *isolated, bt_channel_result result, bt_error *err)
{
  char seconds[BT_NUMBER_TEXT_SIZE];
  int ended = 0;
  bt_status status = end_process(&ended, isolated, result != BT_CHANNEL_CLOSED, err);
  if (status) return status;
  switch (result) {
  case BT_CHANNEL_CANCELLED:
    return bt_fail(err, BT_ERR_CANCELLED, "cancelled");
  case BT_CHANNEL_LATE:
    return bt_fail(err, BT_ERR_DATA, "it took longer than %s s (--task-timeout)",
                   bt_number_format(seconds, isolated->isolation->options.timeout_s));
  case BT_CHANNEL_OK: /* it has said what it cannot have meant */
    return bt_fail(err, BT_ERR_DATA, "it has destroyed the memory of its process");
  case BT_CHANNEL_CLOSED:
    break;
  }
  return fail_ended(ended, err);
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

static bt_channel_result read_error(bt_error *out, bt_isolated *isolated,
                                    const bt_channel_wait *wait)
{
  bt_channel_result result = bt_channel_read(out, sizeof *out, isolated->socket, wait);
  out->message[BT_ERROR_MESSAGE_SIZE - 1] = '\0';
  return result;
}

/* The answer to what was asked, into *out. */
static bt_status read_answer(bt_changes *out, bt_isolated *isolated, size_t n_bars, bt_error *err)
{
  const bt_isolation_options *options = &isolated->isolation->options;
  const bt_channel_wait wait = {options->timeout_s, options->is_cancelled};
  bt_child_answer head;
  bt_error told = {0};
  bt_channel_result result = bt_channel_read(&head, sizeof head, isolated->socket, &wait);
  if (result) return give_up(isolated, result, err);
  if (head.status) {
    result = read_error(&told, isolated, &wait);
    if (result || told.status != head.status) return give_up(isolated, result, err);
    return bt_fail(err, head.status, "%s", told.message);
  }
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

/* The bars, as they follow an OPEN. */
static bt_channel_result write_bars(int socket, const bt_bars *bars)
{
  const void *series[BT_CHILD_SERIES] = {bars->time_ns, bars->open,   bars->high,         bars->low,
                                         bars->close,   bars->volume, bars->adjust_factor};
  bt_channel_result result = BT_CHANNEL_OK;
  for (size_t i = 0; i < BT_CHILD_SERIES && !result; i++)
    result = bt_channel_write(socket, series[i], bars->n_bars * sizeof(double));
  return result;
}

/* Opens the ticker there, in a process that is alive. */
static bt_status open_there(bt_isolated *isolated, const bt_ticker *ticker, bt_error *err)
{
  const bt_bars *bars = ticker->bars;
  bt_changes none;
  if (isolated->pid && isolated->entry == ticker->entry && isolated->n_bars == bars->n_bars)
    return BT_OK;
  bt_status status = BT_OK;
  if (!isolated->pid)
    status = bt_isolation__begin(&isolated->pid, &isolated->socket, isolated->isolation, err);
  if (status) return status;
  const bt_child_request request = {
      .verb = BT_CHILD_OPEN,
      .ticker = (size_t)(ticker->entry - isolated->isolation->job->universe->entries),
      .n_bars = bars->n_bars,
      .periods_per_year = ticker->subject.periods_per_year,
      .daily = bars->daily};
  bt_channel_result result = bt_channel_write(isolated->socket, &request, sizeof request);
  if (!result) result = write_bars(isolated->socket, bars);
  if (result) return give_up(isolated, result, err);
  bt_changes_init(&none);
  status = read_answer(&none, isolated, bars->n_bars, err);
  bt_changes_clear(&none);
  isolated->entry = status ? NULL : ticker->entry;
  isolated->n_bars = bars->n_bars;
  return status;
}

bt_status bt_isolated_aim(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                          size_t combo, bt_span span, bt_error *err)
{
  bt_status status = open_there(isolated, ticker, err);
  if (status) return status;
  const bt_child_request request = {.verb = BT_CHILD_AIM, .combo = combo, .span = span};
  bt_channel_result result = bt_channel_write(isolated->socket, &request, sizeof request);
  if (result) return give_up(isolated, result, err);
  return read_answer(out, isolated, ticker->bars->n_bars, err);
}

static bt_channel_result write_parts(int socket, const bt_isolated_parts *wanted, size_t n_params,
                                     size_t n_bars)
{
  static const double none = 0;
  bt_channel_result result = BT_CHANNEL_OK;
  for (size_t i = 0; i < wanted->n_parts && !result; i++) {
    const bt_on_bar_part *part = &wanted->parts[i];
    const bt_child_part head = {part->first, part->params != NULL};
    result = bt_channel_write(socket, &head, sizeof head);
    for (size_t k = 0; k < n_params && !result; k++)
      result = bt_channel_write(socket, part->params ? &part->params[k] : &none, sizeof none);
  }
  for (int i = 0; i < BT_STOP_COUNT && !result; i++)
    if (wanted->amounts[i])
      result = bt_channel_write(socket, wanted->amounts[i], n_bars * sizeof(double));
  return result;
}

bt_status bt_isolated_aim_parts(bt_changes *out, bt_isolated *isolated, const bt_ticker *ticker,
                                const bt_isolated_parts *wanted, bt_error *err)
{
  size_t n_bars = ticker->bars->n_bars;
  bt_status status = open_there(isolated, ticker, err);
  if (status) return status;
  bt_child_request request = {
      .verb = BT_CHILD_AIM_PARTS, .span = wanted->span, .n_parts = wanted->n_parts};
  for (int i = 0; i < BT_STOP_COUNT; i++) request.has_amounts[i] = wanted->amounts[i] != NULL;
  bt_channel_result result = bt_channel_write(isolated->socket, &request, sizeof request);
  if (!result)
    result = write_parts(isolated->socket, wanted, bt_grid_n_params(isolated->isolation->job->grid),
                         n_bars);
  if (result) return give_up(isolated, result, err);
  return read_answer(out, isolated, n_bars, err);
}
