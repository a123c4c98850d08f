#include "loaders/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#include "loaders/encoding.h"

/* Larger files are refused: a file of one ticker has some 100 MB at most, and a small compressed
 * one must not fill the memory. */
#define BYTES_MOST ((size_t)2 << 30)
enum { READ_STEP = 1 << 20 };

static bt_status fail_io(bt_status status, const char *path, const char *what, bt_error *err)
{
  char reason[128];
  if (strerror_r(errno, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, status, "%s: %s: %s", path, what, reason);
}

/* What the process lacks is no fault of the file: which file meets it depends on what other threads
 * have open. */
static bt_status fail_open(const char *path, bt_error *err)
{
  bool lacks = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  return fail_io(lacks ? BT_ERR_NOMEM : BT_ERR_IO, path, "cannot open", err);
}

static bt_status fail_too_large(const char *path, bt_error *err)
{
  return bt_fail(err, BT_ERR_DATA, "%s: larger than %zu MB", path, BYTES_MOST >> 20);
}

/* O_NONBLOCK: a pipe without a writer would block in open otherwise. */
static bt_status open_regular(int *out_fd, size_t *out_size, const char *path, const char *label,
                              bt_error *err)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return bt_fail(err, BT_ERR_IO, "%s: no such file", label);
  if (fd < 0) return fail_open(label, err);

  bt_status status = BT_OK;
  struct stat facts;
  if (fstat(fd, &facts) != 0)
    status = fail_io(BT_ERR_IO, label, "cannot stat", err);
  else if (S_ISDIR(facts.st_mode))
    status = bt_fail(err, BT_ERR_IO, "%s: not a regular file but a folder", label);
  else if (!S_ISREG(facts.st_mode))
    status = bt_fail(err, BT_ERR_IO, "%s: not a regular file", label);
  else if (facts.st_size > (off_t)BYTES_MOST)
    status = fail_too_large(label, err);
  if (status != BT_OK) {
    (void)close(fd);
    return status;
  }
  *out_fd = fd;
  *out_size = (size_t)facts.st_size;
  return BT_OK;
}

/* Reads to the end, whatever size the file had when it was opened: some grow while they are read,
 * and those of /proc claim to be empty. */
static bt_status read_all(bt_buffer *out, int fd, size_t size, const char *label, bt_error *err)
{
  out->length = 0;
  if (!bt_buffer__reserve(out, size + 1 + BT_SOURCE_MARGIN)) return bt_fail_nomem(err, "file");
  for (;;) {
    if (out->length + 1 >= out->capacity && !bt_buffer__reserve(out, out->length + READ_STEP))
      return bt_fail_nomem(err, "file");
    ssize_t got = read(fd, out->bytes + out->length, out->capacity - out->length - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_io(BT_ERR_IO, label, "cannot read", err);
    if (got == 0) break;
    out->length += (size_t)got;
    if (out->length > BYTES_MOST) return fail_too_large(label, err);
  }
  out->bytes[out->length] = '\0';
  return BT_OK;
}

static bool is_gzip(const bt_buffer *text)
{
  return text->length >= 2 && memcmp(text->bytes, "\x1f\x8b", 2) == 0;
}

/* Unpacks one member after another into *to; what follows the last member is ignored, as gzip
 * does. */
static bt_status inflate_members(z_stream *stream, bt_buffer *to, const char *label, bt_error *err)
{
  for (;;) {
    if (to->length + 1 >= to->capacity && !bt_buffer__reserve(to, to->length + READ_STEP))
      return bt_fail_nomem(err, "gzip");
    size_t room = to->capacity - to->length - 1;
    if (room > (size_t)1 << 30) room = (size_t)1 << 30; /* avail_out has 32 bits */
    stream->next_out = (Bytef *)to->bytes + to->length;
    stream->avail_out = (uInt)room;
    int code = inflate(stream, Z_NO_FLUSH);
    to->length += room - stream->avail_out;
    if (to->length > BYTES_MOST) return fail_too_large(label, err);
    if (code == Z_MEM_ERROR) return bt_fail_nomem(err, "gzip");
    if (code == Z_STREAM_END) {
      bool more = stream->avail_in >= 2 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b;
      if (!more) return BT_OK;
      if (inflateReset(stream) != Z_OK) code = Z_DATA_ERROR;
    }
    if (code == Z_BUF_ERROR || (code == Z_OK && stream->avail_in == 0 && stream->avail_out > 0))
      return bt_fail(err, BT_ERR_DATA, "%s: gzip data end too early", label);
    if (code != Z_OK && code != Z_STREAM_END)
      return bt_fail(err, BT_ERR_DATA, "%s: broken gzip data: %s", label,
                     stream->msg ? stream->msg : "unknown reason");
  }
}

static bt_status gunzip(bt_source *source, const char *label, bt_error *err)
{
  z_stream stream = {0};
  stream.next_in = (Bytef *)source->text.bytes;
  stream.avail_in = (uInt)source->text.length; /* at most BYTES_MOST, which fits in 32 bits */
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return bt_fail_nomem(err, "gzip");
  source->spare.length = 0;
  bt_status status = inflate_members(&stream, &source->spare, label, err);
  (void)inflateEnd(&stream);
  if (status != BT_OK) return status;
  source->spare.bytes[source->spare.length] = '\0';
  bt_buffer__swap(&source->text, &source->spare);
  return BT_OK;
}

/* What a download that went wrong, or a file of another program, begins with. */
static bt_status refuse_impostor(const bt_buffer *text, const char *label, bt_error *err)
{
  static const struct {
    const char *start, *what;
  } impostors[] = {
      {"<!doctype", "an HTML page"},
      {"<html", "an HTML page"},
      {"<head", "an HTML page"},
      {"<?xml", "an XML file"},
      {"version https://git-lfs", "a Git LFS pointer, the data were not fetched"},
      {"PK\003\004", "a ZIP archive or an Excel workbook"},
      {"PAR1", "a Parquet file"},
      {"%PDF", "a PDF file"},
      {"SQLite format", "an SQLite database"},
      {"\xd0\xcf\x11\xe0", "an old Excel workbook"},
      {"{", "JSON"},
      {"[{", "JSON"},
  };
  const char *start = text->bytes + strspn(text->bytes, " \t\r\n\xef\xbb\xbf");
  for (size_t i = 0; i < sizeof impostors / sizeof impostors[0]; i++)
    if (strncasecmp(start, impostors[i].start, strlen(impostors[i].start)) == 0)
      return bt_fail(err, BT_ERR_DATA, "%s:1:1: not CSV but %s", label, impostors[i].what);
  return BT_OK;
}

static bt_status add_margin(bt_buffer *text, bt_error *err)
{
  if (!bt_buffer__reserve(text, text->length + BT_SOURCE_MARGIN)) return bt_fail_nomem(err, "text");
  memset(text->bytes + text->length, 0, BT_SOURCE_MARGIN);
  return BT_OK;
}

static void set_label(bt_source *source, const char *path)
{
  size_t length = strlen(path), room = sizeof source->label - 1;
  if (length <= room) {
    memcpy(source->label, path, length + 1);
    return;
  }
  const char *tail = path + (length - (room - 3));
  while (((unsigned char)*tail & 0xc0) == 0x80) tail++; /* half a character */
  (void)snprintf(source->label, sizeof source->label, "...%s", tail);
}

bt_status bt_source__read(bt_source *source, const char *path, bt_error *err)
{
  int fd = -1;
  size_t size = 0;
  const char *label = source->label;
  set_label(source, path);
  source->hash = 0;
  bt_status status = open_regular(&fd, &size, path, label, err);
  if (status != BT_OK) return status;
  status = read_all(&source->text, fd, size, label, err);
  (void)close(fd);
  if (status == BT_OK && is_gzip(&source->text)) status = gunzip(source, label, err);
  if (status != BT_OK) return status;

  source->hash = XXH64(source->text.bytes, source->text.length, 0);
  status = refuse_impostor(&source->text, label, err);
  if (status == BT_OK) status = bt_encoding__decode(&source->text, &source->spare, label, err);
  if (status != BT_OK) return status;
  if (source->text.bytes[strspn(source->text.bytes, " \t\r\n")] == '\0')
    return bt_fail(err, BT_ERR_DATA, "%s: empty", label);
  return add_margin(&source->text, err);
}

void bt_source__clear(bt_source *source)
{
  bt_buffer__clear(&source->text);
  bt_buffer__clear(&source->spare);
  source->hash = 0;
}
