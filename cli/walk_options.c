/* --train, --test, --step, --gap, --anchored, --select: the windows of a walk-forward. */
#include "cli/option_parts.h"
#include "core/time.h"

/* A length; `fallback` where it is not given, and where that is NULL it must be. */
static bt_status read_length(bt_duration *out, const bt_arguments *arguments, const char *name,
                             const bt_duration *fallback, bt_error *err)
{
  const char *option = name + 2; /* behind the dashes */
  const char *text = bt_arguments_find(arguments, option);
  if (text) return bt_duration_parse(out, name, text, err);
  if (!fallback)
    return bt_fail(err, BT_ERR_USAGE, "%s is missing: how long is a window's part? such as %s",
                   name, option[1] == 'r' ? "2y" : "6m");
  *out = *fallback;
  return BT_OK;
}

/* Windows are made of whole days. */
static bt_status check_days(const bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  bool from_midnight = job->from_ns == INT64_MIN || job->from_ns % BT_NS_PER_DAY == 0;
  bool to_midnight = job->to_ns == INT64_MAX || (job->to_ns + 1) % BT_NS_PER_DAY == 0;
  const char *name = from_midnight ? "to" : "from";
  if (from_midnight && to_midnight) return BT_OK;
  return bt_fail(err, BT_ERR_USAGE,
                 "--%s %s: a walk-forward goes by whole days, such as 2020-01-31", name,
                 bt_arguments_find(arguments, name));
}

bt_status bt_options__walk(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  static const char *const words[] = {"ticker", "universe"};
  static const bt_duration none = {0};
  bt_window_rule *rule = &options->job.windows;
  int select = 0;
  bt_status status = read_length(&rule->train, arguments, "--train", NULL, err);
  if (!status) status = read_length(&rule->test, arguments, "--test", NULL, err);
  if (!status) status = read_length(&rule->step, arguments, "--step", &rule->test, err);
  if (!status) status = read_length(&rule->gap, arguments, "--gap", &none, err);
  if (!status) status = bt_arguments_choice(&select, arguments, "select", words, 2, err);
  rule->anchored = bt_arguments_has(arguments, "anchored");
  options->job.select = (bt_select)select;
  if (!status) status = bt_window_rule_check(rule, err);
  if (!status) status = check_days(&options->job, arguments, err);
  if (!status && options->job.portfolio_all)
    status = bt_fail(err, BT_ERR_USAGE,
                     "--portfolio all: a walk-forward has one portfolio, that of what is selected");
  return status;
}
