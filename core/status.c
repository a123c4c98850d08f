#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>

bt_status bt_fail(bt_error *err, bt_status status, const char *format, ...)
{
  if (!err) return status;
  err->status = status;
  va_list args;
  va_start(args, format);
  (void)vsnprintf(err->message, sizeof err->message, format, args);
  va_end(args);
  return status;
}

bt_status bt_fail_nomem(bt_error *err, const char *what)
{
  return bt_fail(err, BT_ERR_NOMEM, "out of memory (%s)", what);
}

const char *bt_status_text(bt_status status)
{
  switch (status) {
#define X(name, text)                                                                              \
  case BT_##name:                                                                                  \
    return text;
    BT_STATUS_LIST(X)
#undef X
  }
  return "unknown status";
}
