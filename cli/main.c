#include <fcntl.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
  occupy_standard_streams();
  return bt_command_main(argc, argv);
}
