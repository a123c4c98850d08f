/* simulate_scene.h - calls of `backtest simulate` and what they print. */
#ifndef BT_TESTS_SIMULATE_SCENE_H
#define BT_TESTS_SIMULATE_SCENE_H

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include "tests/support/program_scene.h"

#define JOB "backtest simulate --quiet "

/* The object that --json has printed; the caller puts it. */
static inline json_object *run_json(program_scene *s, const char *command)
{
  expect_exit(s, command, 0);
  json_object *o = json_tokener_parse(s->run.out);
  if (!o) fail_msg("no JSON object: %s", s->run.out);
  return o;
}

static inline double number_of(json_object *o, const char *key)
{
  json_object *value = NULL;
  if (!json_object_object_get_ex(o, key, &value)) fail_msg("%s is not there", key);
  return value ? json_object_get_double(value) : (double)NAN;
}

static inline void expect_within(json_object *o, const char *name, const char *exact,
                                 const char *error)
{
  double away = number_of(o, name) - number_of(o, exact);
  if (!(fabs(away) <= 4 * number_of(o, error))) fail_msg("%s is %g away", name, away);
}

#endif
