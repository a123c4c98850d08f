/* on_bar_scene.h - strategies that go bar by bar, run without a ticker. Behind cmocka.h; all is
 * static.
 */
#ifndef BT_TESTS_ON_BAR_SCENE_H
#define BT_TESTS_ON_BAR_SCENE_H

#include "core/aim.h"
#include "tests/support/make_bars.h"

/* A strategy on bars, with scratch memory that is used again and again. */
typedef struct scene {
  const bt_bars *bars;
  bt_on_bar_job job;
  bt_on_bar_part part;
  bt_indicator_cache *cache;
  bt_signal_host host;
  bt_aim aim;
  bt_error error;
} scene;

static inline void open_scene(scene *s, const bt_strategy *strategy, const bt_bars *bars,
                              const bt_sim_config *config)
{
  const bt_series series = bt_bars_series(bars);
  static const double no_params[1] = {0};
  *s = (scene){.bars = bars};
  assert_int_equal(bt_indicator_cache_new(&s->cache, &series, NULL, NULL, NULL), BT_OK);
  bt_signal_host_init(&s->host, s->cache);
  bt_aim_init(&s->aim);
  s->part.params = no_params;
  s->job = (bt_on_bar_job){.strategy = strategy,
                           .bars = bars,
                           .config = config,
                           .direction = BT_DIRECTION_BOTH,
                           .parts = &s->part,
                           .n_parts = 1};
}

static inline void close_scene(scene *s)
{
  bt_aim_clear(&s->aim);
  bt_indicator_cache_free(s->cache);
}

/* The target over a span, in aim.target. */
static inline bt_status run_span(scene *s, bt_span span)
{
  s->job.span = span;
  s->part.first = bt_on_bar_first(s->job.config->fill, span);
  return bt_aim_take_bars(&s->aim, &s->job, &s->host, &s->error);
}

static inline bt_span whole(const scene *s)
{
  return (bt_span){0, s->bars->n_bars};
}

static const bt_sim_config plain = {.cash = 1000};

#define STRATEGY(function, ...)                                                                    \
  ((const bt_strategy){.abi_version = BT_STRATEGY_ABI,                                             \
                       .name = "test",                                                             \
                       .summary = "test",                                                          \
                       .on_bar = (function),                                                       \
                       __VA_ARGS__})

#endif
