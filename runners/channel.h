/* channel.h - whole messages between two processes of this program, over a stream socket. Shared by
 * the parts of isolation.h alone.
 */
#ifndef BT_RUNNERS_CHANNEL_H
#define BT_RUNNERS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

typedef enum bt_channel_result {
  BT_CHANNEL_OK,
  BT_CHANNEL_CLOSED,   /* the other process has gone, or no longer listens */
  BT_CHANNEL_LATE,     /* nothing within the time */
  BT_CHANNEL_CANCELLED /* by wait->is_cancelled */
} bt_channel_result;

/* How long to wait for a message. Time goes by in slices of a tenth of a second: what this process
 * was stopped for in between does not count. */
typedef struct bt_channel_wait {
  double timeout_s;           /* 0: for ever */
  bool (*is_cancelled)(void); /* asked ten times a second; NULL: never */
} bt_channel_wait;

/* All n bytes, or not OK; the wait (NULL: for ever) is for all of them together. A process that has
 * gone raises no signal. */
bt_channel_result bt_channel_write(int descriptor, const void *bytes, size_t n,
                                   const bt_channel_wait *wait);

/* Whether something can be read that was not read yet, the end too. */
bool bt_channel_has_something(int descriptor);

/* All n bytes; the wait (NULL: for ever) is for all of them together. */
bt_channel_result bt_channel_read(void *bytes, size_t n, int descriptor,
                                  const bt_channel_wait *wait);

/* Hands a descriptor over with n bytes (1 or more); receives one. The receiver owns *passed. */
bt_channel_result bt_channel_pass(int descriptor, int passed, const void *bytes, size_t n);
bt_channel_result bt_channel_take(int *passed, void *bytes, size_t n, int descriptor);

#endif
