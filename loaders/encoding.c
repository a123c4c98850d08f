#include "loaders/encoding.h"

#include <stdint.h>
#include <string.h>

#include "core/utf8.h"

/* What one pass over the bytes finds. */
typedef struct census {
  unsigned control; /* not 0: some byte no text has */
  unsigned high;    /* not 0: some byte beyond ASCII */
  unsigned returns; /* not 0: some CR */
} census;

/* Free of branches, so that the compiler turns it into vector code: this sees every byte. */
static census count_bytes(const char *bytes, size_t length)
{
  const unsigned char *at = (const unsigned char *)bytes;
  unsigned char control = 0, high = 0, returns = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = at[i];
    control |= (unsigned char)((c < 0x20) & (c != '\t') & (c != '\n') & (c != '\r'));
    control |= (unsigned char)(c == 0x7f);
    high |= (unsigned char)(c & 0x80);
    returns |= (unsigned char)(c == '\r');
  }
  return (census){control, high, returns};
}

/* Whether all bytes are printing ASCII and LF, as those of most files are: that is seen faster. One
 * more than such a byte is a signed one above that of the blank. */
static bool is_plain(const char *bytes, size_t length)
{
  const signed char *at = (const signed char *)bytes;
  signed char plain = 1;
  for (size_t i = 0; i < length; i++)
    plain &= (signed char)(((signed char)(at[i] + 1) > ' ') | (at[i] == '\n'));
  return plain != 0;
}

static bool is_control(unsigned char c)
{
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static bt_status fail_not_text(const bt_buffer *text, const char *path, bt_error *err)
{
  size_t at = 0, line = 1, line_start = 0;
  while (!is_control((unsigned char)text->bytes[at])) {
    if (text->bytes[at] == '\n') {
      line++;
      line_start = at + 1;
    }
    at++;
  }
  return bt_fail(err, BT_ERR_DATA, "%s:%zu:%zu: not text: byte 0x%02x", path, line,
                 at - line_start + 1, (unsigned)(unsigned char)text->bytes[at]);
}

static bool is_utf8(const bt_buffer *text)
{
  const char *at = text->bytes, *end = at + text->length;
  while (at < end) {
    size_t length = (signed char)*at >= 0 ? 1 : bt_utf8_length(at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

static size_t put_utf8(char *out, uint32_t code)
{
  unsigned char *to = (unsigned char *)out;
  if (code < 0x80) {
    to[0] = (unsigned char)code;
    return 1;
  }
  size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length - 1; i > 0; i--) {
    to[i] = (unsigned char)(0x80 | (code & 0x3f));
    code >>= 6;
  }
  to[0] = (unsigned char)(lead[length] | code);
  return length;
}

/* Windows-1252 as the exports of older programs have it: Latin-1, and the euro sign at 0x80. */
static bt_status decode_windows(bt_buffer *text, bt_buffer *spare, bt_error *err)
{
  spare->length = 0;
  if (!bt_buffer__reserve(spare, text->length * 3 + 1)) return bt_fail_nomem(err, "text");
  for (size_t i = 0; i < text->length; i++) {
    uint32_t code = (unsigned char)text->bytes[i];
    if (code == 0x80) code = 0x20ac;
    if (code > 0x80 && code < 0xa0) code = '?';
    spare->length += put_utf8(spare->bytes + spare->length, code);
  }
  spare->bytes[spare->length] = '\0';
  bt_buffer__swap(text, spare);
  return BT_OK;
}

static uint32_t utf16_unit(const bt_buffer *text, size_t at, bool big_endian)
{
  const unsigned char *bytes = (const unsigned char *)text->bytes + at;
  return big_endian ? (uint32_t)(bytes[0] << 8 | bytes[1]) : (uint32_t)(bytes[1] << 8 | bytes[0]);
}

/* A half of a surrogate pair by itself becomes U+FFFD; an odd last byte (a cut file) is left out.
 */
static bt_status decode_utf16(bt_buffer *text, bt_buffer *spare, bool big_endian, bt_error *err)
{
  spare->length = 0;
  if (!bt_buffer__reserve(spare, text->length / 2 * 3 + 1)) return bt_fail_nomem(err, "text");
  for (size_t at = 2; at + 1 < text->length; at += 2) {
    uint32_t code = utf16_unit(text, at, big_endian);
    uint32_t next = at + 3 < text->length ? utf16_unit(text, at + 2, big_endian) : 0;
    if (code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
      at += 2;
    } else if (code >= 0xd800 && code < 0xe000) {
      code = 0xfffd;
    }
    spare->length += put_utf8(spare->bytes + spare->length, code);
  }
  spare->bytes[spare->length] = '\0';
  bt_buffer__swap(text, spare);
  return BT_OK;
}

static void drop_front(bt_buffer *text, size_t n_bytes)
{
  text->length -= n_bytes;
  memmove(text->bytes, text->bytes + n_bytes, text->length + 1);
}

/* A CR that no LF follows ends a line, as old Macintosh programs wrote them. With an LF in its
 * place the numbers of lines are right wherever lines are counted. */
static void replace_lone_returns(bt_buffer *text)
{
  char *at = text->bytes, *end = at + text->length;
  while ((at = memchr(at, '\r', (size_t)(end - at)))) {
    size_t n_returns = strspn(at, "\r");
    if (at[n_returns] != '\n') memset(at, '\n', n_returns);
    at += n_returns;
  }
}

bt_status bt_encoding__decode(bt_buffer *text, bt_buffer *spare, const char *path, bt_error *err)
{
  bt_status status = BT_OK;
  const unsigned char *mark = (const unsigned char *)text->bytes;
  if (text->length >= 2 &&
      ((mark[0] == 0xff && mark[1] == 0xfe) || (mark[0] == 0xfe && mark[1] == 0xff)))
    status = decode_utf16(text, spare, mark[0] == 0xfe, err);
  else if (text->length >= 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0)
    drop_front(text, 3);
  if (status != BT_OK) return status;

  /* programs of the DOS age end a text with Ctrl-Z */
  if (text->length > 0 && text->bytes[text->length - 1] == 0x1a) text->bytes[--text->length] = '\0';
  if (is_plain(text->bytes, text->length)) return BT_OK;
  census found = count_bytes(text->bytes, text->length);
  if (found.control) return fail_not_text(text, path, err);
  if (found.returns) replace_lone_returns(text);
  if (found.high && !is_utf8(text)) return decode_windows(text, spare, err);
  return BT_OK;
}
