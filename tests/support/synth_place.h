/* synth_place.h - where a test writes a synthetic universe. All is static.
 */
#ifndef BT_TESTS_SYNTH_PLACE_H
#define BT_TESTS_SYNTH_PLACE_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/paths.h"

/* A folder for one test, and a universe u below it. */
typedef struct place {
  char base[TEST_PATH_SIZE], dir[TEST_PATH_SIZE + 8];
} place;

static inline int enter(void **state)
{
  place *p = calloc(1, sizeof *p);
  if (!p) return -1;
  test_dir_make(p->base);
  (void)snprintf(p->dir, sizeof p->dir, "%s/u", p->base);
  *state = p;
  return 0;
}

static inline int leave(void **state)
{
  place *p = *state;
  test_dir_remove(p->base);
  free(p);
  return 0;
}

#endif
