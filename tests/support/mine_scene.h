/* mine_scene.h - a small universe u.txt, and mine.c, a strategy from outside the program. Behind
 * cmocka.h; all is static. */
#ifndef BT_TESTS_MINE_SCENE_H
#define BT_TESTS_MINE_SCENE_H

#include "tests/support/program_scene.h"
#include "tests/support/run_rows.h"

#define RUN "backtest --universe u.txt --quiet -o r.db "

/* The built-in sma as an author would write it: mine.c, called mine. */
#define MAKE_MINE                                                                                  \
  "sed -e 's/bt_strategy_sma/backtest_strategy/' -e 's/\"sma\"/\"mine\"/' "                        \
  "\"${BACKTEST_ROOT:-.}/strategies/sma.c\" >mine.c"
#define MAKE_OBJECT "${CC:-cc} -std=c11 -O2 -fPIC -shared -I \"${BACKTEST_ROOT:-.}/core/include\" "

static inline int mine_scene_setup(void **state)
{
  return program_scene_setup_by(state,
                                "backtest synth --tickers 4 --bars 400 --dir u && " MAKE_MINE);
}

#endif
