/* status.h - how every fallible function of this project reports failure.
 *
 * A function that can fail returns a bt_status and, when that is not BT_OK, has filled the caller's
 * bt_error with one line for a person: it names the file with line and column, or the option.
 * bt_fail is called where the fact is known; callers pass status and error on unchanged. A bt_error
 * owns no memory, so one can be kept for each ticker or task. assert() is for our own bugs.
 */
#ifndef BT_CORE_STATUS_H
#define BT_CORE_STATUS_H

#define BT_STATUS_LIST(X)                                                                          \
  X(OK, "ok")                                                                                      \
  X(ERR_NOMEM, "out of memory")                                                                    \
  X(ERR_IO, "file cannot be read or written")                                                      \
  X(ERR_DATA, "data is not what it should be")                                                     \
  X(ERR_USAGE, "wrong option or argument")                                                         \
  X(ERR_NOT_FOUND, "no such name")                                                                 \
  X(ERR_DATABASE, "database error")                                                                \
  X(ERR_STRATEGY, "a strategy did what it must not")                                               \
  X(ERR_THREAD, "thread cannot be started")                                                        \
  X(ERR_PLUGIN, "strategy cannot be loaded")                                                       \
  X(ERR_CANCELLED, "cancelled")

typedef enum bt_status {
#define X(name, text) BT_##name,
  BT_STATUS_LIST(X)
#undef X
} bt_status;

enum { BT_ERROR_MESSAGE_SIZE = 512 };

/* A failure as one line without newline, NUL-terminated; longer text is cut. */
typedef struct bt_error {
  bt_status status;
  char message[BT_ERROR_MESSAGE_SIZE];
} bt_error;

#if defined(__GNUC__)
#define BT_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))
#else
#define BT_PRINTF(format_index, first_arg)
#endif

/* Fills *err (which may be NULL) and returns status, so that `return bt_fail(...)` reads well. */
bt_status bt_fail(bt_error *err, bt_status status, const char *format, ...) BT_PRINTF(3, 4);

/* The same for memory: "out of memory (WHAT)". */
bt_status bt_fail_nomem(bt_error *err, const char *what);

/* Static text for a status, such as "out of memory". */
const char *bt_status_text(bt_status status);

#endif
