/* fault_stack.h - a stack beside that of a thread, for the handler of a fault (SA_ONSTACK): a stack
 * that is full is a fault, too.
 */
#ifndef BT_RUNNERS_FAULT_STACK_H
#define BT_RUNNERS_FAULT_STACK_H

/* Gives the calling thread one, unless it has one (a sanitizer's). The caller ends it in the same
 * thread. NULL where it has one, or without memory: then such a fault ends the process unsaid. */
void *bt_fault_stack_begin(void);
void bt_fault_stack_end(void *stack); /* NULL is fine */

#endif
