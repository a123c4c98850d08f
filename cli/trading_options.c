/* What the simulator goes by: --from, --to, --direction, --fill, costs, size, stops. */
#include <stdio.h>
#include <string.h>

#include "cli/option_parts.h"
#include "core/time.h"

/* YYYY-MM-DD of a day that exists, however far away. */
static bool is_date(const char *text)
{
  bt_date date;
  char rest = 0;
  int n = sscanf(text, "%4d-%2d-%2d%c", &date.year, &date.month, &date.day, &rest);
  return strlen(text) >= 10 && (n == 3 || (n == 4 && (rest == 'T' || rest == ' '))) &&
         bt_date_is_valid(date);
}

static bt_status read_time(int64_t *out_ns, bool *has_time, const char *option, const char *text,
                           bt_error *err)
{
  if (bt_time_parse(out_ns, has_time, text)) return BT_OK;
  if (is_date(text))
    return bt_fail(err, BT_ERR_USAGE,
                   "--%s %s: outside 1677-09-23 to 2262-04-10, what is supported", option, text);
  return bt_fail(err, BT_ERR_USAGE, "--%s %s: not a date such as 2020-01-31", option, text);
}

bt_status bt_options__span(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  const char *from = bt_arguments_find(arguments, "from"), *to = bt_arguments_find(arguments, "to");
  bool has_time = false;
  job->from_ns = INT64_MIN;
  job->to_ns = INT64_MAX;
  bt_status status = from ? read_time(&job->from_ns, NULL, "from", from, err) : BT_OK;
  if (!status && to) status = read_time(&job->to_ns, &has_time, "to", to, err);
  if (status) return status;
  bool fits = job->to_ns <= INT64_MAX - BT_NS_PER_DAY;
  if (to && !has_time) job->to_ns = fits ? job->to_ns + BT_NS_PER_DAY - 1 : INT64_MAX;
  if (job->from_ns > job->to_ns)
    return bt_fail(err, BT_ERR_USAGE, "--from %s is behind --to %s", from, to);
  return BT_OK;
}

static bt_status read_costs(bt_sim_config *sim, const bt_arguments *arguments, bt_error *err)
{
  const char *commission = bt_arguments_find(arguments, "commission");
  const char *slippage = bt_arguments_find(arguments, "slippage");
  const char *borrow = bt_arguments_find(arguments, "borrow");
  bt_status status = BT_OK;
  if (commission) status = bt_commission_parse(&sim->costs, commission, err);
  if (!status && slippage) status = bt_slippage_parse(&sim->costs, slippage, err);
  if (!status && borrow) status = bt_options__rate(&sim->borrow_rate, "--borrow", borrow, err);
  if (!status && !(sim->borrow_rate >= 0 && sim->borrow_rate < 10))
    status = bt_fail(err, BT_ERR_USAGE, "--borrow %s: must be from 0%% to below 1000%%", borrow);
  return status;
}

const char *bt_options__stop_name(bt_stop stop)
{
  static const char *const names[BT_STOP_COUNT] = {
      [BT_STOP_LOSS] = "stop-loss",
      [BT_STOP_PROFIT] = "take-profit",
      [BT_STOP_TRAILING] = "trailing",
  };
  return names[stop];
}

/* --size, --lot and the stops that are the same for all combinations. */
static bt_status read_position(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  bt_sim_config *sim = &job->evaluation.simulation;
  const char *size = bt_arguments_find(arguments, "size");
  bt_status status = bt_arguments_double(&sim->lot, arguments, "lot", 0, 1e12, err);
  job->size = (bt_size){.fraction = 1};
  if (!status && size) status = bt_size_parse(&job->size, size, err);
  sim->size = job->size.fraction;
  for (int i = 0; i < BT_STOP_COUNT && !status; i++) {
    char option[32];
    const char *text = bt_arguments_find(arguments, bt_options__stop_name((bt_stop)i));
    (void)snprintf(option, sizeof option, "--%s", bt_options__stop_name((bt_stop)i));
    if (text) status = bt_distance_parse(&sim->stops.at[i], option, text, err);
  }
  return status;
}

bt_status bt_options__trading(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  static const char *const directions[] = {"long", "short", "both"};
  static const char *const fills[] = {"open", "close"};
  const char *rf = bt_arguments_find(arguments, "rf");
  bt_sim_config *sim = &job->evaluation.simulation;
  int direction = 0, fill = 0;
  sim->cash = 100000;
  bt_status status = bt_arguments_choice(&direction, arguments, "direction", directions, 3, err);
  if (!status) status = bt_arguments_choice(&fill, arguments, "fill", fills, 2, err);
  if (!status) status = bt_arguments_double(&sim->cash, arguments, "cash", 1e-6, 1e15, err);
  if (!status) status = read_costs(sim, arguments, err);
  if (!status) status = read_position(job, arguments, err);
  if (!status && rf) status = bt_options__rate(&job->evaluation.rf, "--rf", rf, err);
  if (!status && !(job->evaluation.rf > -1 && job->evaluation.rf < 10))
    status = bt_fail(err, BT_ERR_USAGE, "--rf %s: must be above -100%% and below 1000%%", rf);
  if (!status)
    status =
        bt_arguments_double(&job->periods_per_year, arguments, "periods-per-year", 1e-3, 1e8, err);
  job->direction = (bt_direction)direction;
  sim->fill = (bt_fill)fill;
  return status;
}
