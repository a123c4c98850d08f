/* slow.h - where tests take many times as long, and more memory: built with a sanitizer, or below
 * valgrind. */
#ifndef BT_TESTS_SLOW_H
#define BT_TESTS_SLOW_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* 1 with a sanitizer. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

/* Valgrind preloads its libraries. */
static inline bool is_below_valgrind(void)
{
  const char *preloaded = getenv("LD_PRELOAD");
  return preloaded && strstr(preloaded, "vgpreload");
}

#endif
