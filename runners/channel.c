#include "runners/channel.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* where it is missing SIGPIPE is ignored by the caller */
#endif

#define SLICE_S 0.1

/* Until the socket is ready for it (POLLIN, POLLOUT), or the other end is closed. *waited_s grows.
 */
static bt_channel_result wait_for(int descriptor, short what, const bt_channel_wait *wait,
                                  double *waited_s)
{
  bool is_limited = wait && wait->timeout_s > 0;
  for (;;) {
    struct pollfd ready = {.fd = descriptor, .events = what};
    double left_s = is_limited ? wait->timeout_s - *waited_s : SLICE_S;
    double slice_s = left_s < SLICE_S ? left_s : SLICE_S;
    if (slice_s <= 0) return BT_CHANNEL_LATE;
    int n = poll(&ready, 1, wait ? (int)ceil(slice_s * 1000) : -1);
    if (n > 0) return BT_CHANNEL_OK;
    if (n < 0 && errno != EINTR) return BT_CHANNEL_CLOSED;
    if (n == 0) *waited_s += slice_s;
    if (wait && wait->is_cancelled && wait->is_cancelled()) return BT_CHANNEL_CANCELLED;
  }
}

bt_channel_result bt_channel_write(int descriptor, const void *bytes, size_t n,
                                   const bt_channel_wait *wait)
{
  const char *at = bytes;
  double waited_s = 0;
  while (n > 0) {
    ssize_t sent = send(descriptor, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      at += sent;
      n -= (size_t)sent;
      continue;
    }
    if (sent == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
      return BT_CHANNEL_CLOSED;
    bt_channel_result result = wait_for(descriptor, POLLOUT, wait, &waited_s);
    if (result) return result;
  }
  return BT_CHANNEL_OK;
}

bool bt_channel_has_something(int descriptor)
{
  struct pollfd ready = {.fd = descriptor, .events = POLLIN};
  return poll(&ready, 1, 0) > 0;
}

bt_channel_result bt_channel_read(void *bytes, size_t n, int descriptor,
                                  const bt_channel_wait *wait)
{
  char *at = bytes;
  double waited_s = 0;
  while (n > 0) {
    bt_channel_result result = wait_for(descriptor, POLLIN, wait, &waited_s);
    if (result) return result;
    ssize_t got = recv(descriptor, at, n, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return BT_CHANNEL_CLOSED;
    at += got;
    n -= (size_t)got;
  }
  return BT_CHANNEL_OK;
}

/* Room for one descriptor beside a message, aligned as it must be. */
typedef union control_room {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
} control_room;

bt_channel_result bt_channel_pass(int descriptor, int passed, const void *bytes, size_t n)
{
  char copy[64];
  control_room room = {0};
  struct iovec part = {.iov_base = copy, .iov_len = n};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = room.bytes,
                           .msg_controllen = sizeof room.bytes};
  if (n == 0 || n > sizeof copy) return BT_CHANNEL_CLOSED;
  memcpy(copy, bytes, n);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof passed);
  memcpy(CMSG_DATA(header), &passed, sizeof passed);
  ssize_t sent;
  do sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)n ? BT_CHANNEL_OK : BT_CHANNEL_CLOSED;
}

bt_channel_result bt_channel_take(int *passed, void *bytes, size_t n, int descriptor)
{
  control_room room = {0};
  struct iovec part = {.iov_base = bytes, .iov_len = n};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = room.bytes,
                           .msg_controllen = sizeof room.bytes};
  ssize_t got;
  do got = recvmsg(descriptor, &message, 0);
  while (got < 0 && errno == EINTR);
  if (got != (ssize_t)n) return BT_CHANNEL_CLOSED;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *passed = -1;
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(passed, CMSG_DATA(header), sizeof *passed);
  return BT_CHANNEL_OK;
}
