/* --layout, --adjust, --max-bad, --jobs: what a job shares with `check`. */
#include <math.h>

#include "cli/option_parts.h"
#include "core/costs.h"
#include "core/number.h"
#include "core/suggest.h"
#include "runners/pool.h"

enum { WORKERS_MOST = 1024 };

static bt_status fail_unknown_layout(const char *layout, bt_error *err)
{
  const char *names[64];
  size_t n = bt_layout_count() < 64 ? bt_layout_count() : 64;
  for (size_t i = 0; i < n; i++) names[i] = bt_layout_at(i).name;
  const char *nearest = bt_suggest(layout, names, n);
  if (nearest)
    return bt_fail(err, BT_ERR_USAGE, "--layout %s: no such layout; did you mean '%s'?", layout,
                   nearest);
  return bt_fail(err, BT_ERR_USAGE,
                 "--layout %s: no such layout; `backtest list layouts` shows them", layout);
}

bt_status bt_options__rate(double *out, const char *option, const char *text, bt_error *err)
{
  double rate = 0, plain = 0;
  bt_status status = bt_rate_parse(&rate, option, text, err);
  if (status) return status;
  if (bt_number_parse(&plain, text) && fabs(plain) > 1)
    return bt_fail(err, BT_ERR_USAGE, "%s %s: %s means %g%%; write %s%%", option, text, text,
                   100 * plain, text);
  *out = rate;
  return BT_OK;
}

bt_status bt_load_options_read(bt_load_options *out, const bt_arguments *arguments, bt_error *err)
{
  static const char *const words[] = {"auto", "none"};
  const char *layout = bt_arguments_find(arguments, "layout");
  const char *max_bad = bt_arguments_find(arguments, "max-bad");
  int adjust = 0;
  *out = (bt_load_options)BT_LOAD_OPTIONS_DEFAULT;
  if (layout && !bt_layout_exists(layout)) return fail_unknown_layout(layout, err);
  if (layout) out->layout = layout;
  bt_status status = bt_arguments_choice(&adjust, arguments, "adjust", words, 2, err);
  out->adjust = adjust == 0;
  if (!status && max_bad) status = bt_options__rate(&out->max_bad, "--max-bad", max_bad, err);
  if (!status && !(out->max_bad >= 0 && out->max_bad <= 1))
    status = bt_fail(err, BT_ERR_USAGE, "--max-bad %s: must be from 0%% to 100%%", max_bad);
  return status;
}

bt_status bt_jobs_read(size_t *out, const bt_arguments *arguments, bt_error *err)
{
  *out = bt_cpu_count();
  return bt_arguments_size(out, arguments, "jobs", 1, WORKERS_MOST, err);
}
