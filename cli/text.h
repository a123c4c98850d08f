/* text.h - numbers as people read them in summaries. */
#ifndef BT_CLI_TEXT_H
#define BT_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { BT_TEXT_SIZE = 40 };

/* 1234567 as 1,234,567. Each returns buffer. */
char *bt_text_count(char buffer[BT_TEXT_SIZE], uint64_t count);

/* The count with its noun: 1 row, 2,000 rows. Nouns take an s; room for 12 characters. */
char *bt_text_counted(char buffer[BT_TEXT_SIZE], uint64_t count, const char *noun);

/* Text of others on one line: control characters as ?, cut at size. */
char *bt_text_line(char *buffer, size_t size, const char *text);

/* Bytes as 12.3 MB, seconds as 0.52 s, 3 min 20 s or 2 h 5 min. */
char *bt_text_bytes(char buffer[BT_TEXT_SIZE], uint64_t bytes);
char *bt_text_duration(char buffer[BT_TEXT_SIZE], double seconds);

/* A rate such as 207 M; the unit follows. */
char *bt_text_rate(char buffer[BT_TEXT_SIZE], double per_second);

#endif
