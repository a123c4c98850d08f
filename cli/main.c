#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "cli/command.h"

/* Where a shell has closed a standard stream (`>&-`), the next file that is opened would take its
 * number, and the summary would be printed into it. /dev/null for reading fails every write. */
static void occupy_standard_streams(void)
{
  int descriptor = 0;
  do descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) (void)close(descriptor);
}

/* A file that reaches `ulimit -f` shall be a failed write with a reason, as on a full disk, and not
 * the end of the process. */
static void ignore_file_size_signal(void)
{
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  (void)sigemptyset(&ignore.sa_mask);
  (void)sigaction(SIGXFSZ, &ignore, NULL);
}

/* One ticker after another asks for the same few megabytes: glibc is to keep them instead of giving
 * them back to the system, page by page, after each. */
static void keep_freed_memory(void)
{
#if defined(__GLIBC__)
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

int main(int argc, char **argv)
{
  keep_freed_memory();
  ignore_file_size_signal();
  occupy_standard_streams();
  return bt_command_main(argc, argv);
}
