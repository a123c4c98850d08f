#include "cli/command.h"

int main(int argc, char **argv)
{
  return bt_command_main(argc, argv);
}
