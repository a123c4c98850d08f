/* file_size.h - what the size of a ticker's file tells before it is read. */
#ifndef BT_RUNNERS_FILE_SIZE_H
#define BT_RUNNERS_FILE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bt_file_size {
  bool found;       /* it is there, and a regular file; else both are 0: */
  uint64_t on_disk; /* bytes */
  uint64_t text;    /* bytes of the text in it: of a packed file about three times as many */
} bt_file_size;

/* path: NULL where there is none. Never fails. */
bt_file_size bt_file_size_of(const char *path);

#endif
