/* malloc_fails.c - preloaded, it lets one request for memory fail: the FAIL_AT-th of the process.
 * With FAIL_COUNT set, the number of requests goes to stderr at the end. For tools/faults.sh;
 * glibc. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* What glibc's own functions are called behind the public names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long n_requests;

static int fails(void)
{
  static atomic_long fail_at = -1;
  if (atomic_load(&fail_at) < 0) {
    const char *text = getenv("FAIL_AT");
    atomic_store(&fail_at, text ? atol(text) : 0);
  }
  if (atomic_fetch_add(&n_requests, 1) + 1 != atomic_load(&fail_at)) return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size)
{
  return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
  return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
  return fails() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
  return fails() ? NULL : __libc_memalign(alignment, size);
}

static void __attribute__((destructor)) report(void)
{
  if (getenv("FAIL_COUNT")) (void)fprintf(stderr, "%ld\n", atomic_load(&n_requests));
}
