/* bench_run - how long a command takes, and the memory it needs.
 *
 *     bench_run OUTPUT COMMAND [ARGUMENT]...
 *
 * Runs the command, its standard output going into the file OUTPUT, and prints seconds and
 * megabytes: the most memory that it, or any one process that it has waited for, has had. Exit
 * status: 1 where the command cannot be run or fails.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

/* In the child; does not come back. */
static void become(const char *output, char **command)
{
  int file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0 || dup2(file, STDOUT_FILENO) < 0) {
    perror(output);
    _exit(126);
  }
  (void)execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

int main(int argc, char **argv)
{
  int state = 0;
  struct rusage usage;
  if (argc < 3) {
    (void)fprintf(stderr, "usage: bench_run OUTPUT COMMAND [ARGUMENT]...\n");
    return 2;
  }
  double start = now_s();
  pid_t child = fork();
  if (child == 0) become(argv[1], argv + 2);
  if (child < 0 || waitpid(child, &state, 0) != child) {
    perror("bench_run");
    return 1;
  }
  double elapsed = now_s() - start;
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    (void)fprintf(stderr, "bench_run: %s has failed\n", argv[2]);
    return 1;
  }
  (void)getrusage(RUSAGE_CHILDREN, &usage);
#ifdef __APPLE__
  const double unit = 1e6; /* bytes */
#else
  const double unit = 1e3; /* kilobytes */
#endif
  (void)printf("%.6f %.1f\n", elapsed, (double)usage.ru_maxrss / unit);
  return 0;
}
