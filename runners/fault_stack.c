#if !defined(_DEFAULT_SOURCE)
/* For sigaltstack. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _DEFAULT_SOURCE
#endif
#include "runners/fault_stack.h"

#include <signal.h>
#include <stdlib.h>

/* More than any machine's registers take, and a handler that does little. */
enum { STACK_BYTES = 1 << 16 };

void *bt_fault_stack_begin(void)
{
  stack_t before;
  if (sigaltstack(NULL, &before) != 0 || !(before.ss_flags & SS_DISABLE)) return NULL;
  void *memory = malloc(STACK_BYTES);
  const stack_t stack = {.ss_sp = memory, .ss_size = STACK_BYTES};
  if (memory && sigaltstack(&stack, NULL) == 0) return memory;
  free(memory);
  return NULL;
}

void bt_fault_stack_end(void *stack)
{
  const stack_t none = {.ss_flags = SS_DISABLE};
  if (!stack || sigaltstack(&none, NULL) != 0) return;
  free(stack);
}
