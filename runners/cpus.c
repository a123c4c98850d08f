/* How many CPUs this process may use. A container is given a share of a large machine in one of two
 * ways: an affinity mask, or a quota of CPU time that its control group (cgroup) may use in each
 * period. Starting a thread for every CPU of the machine would then only add switching. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
/* For sched_getaffinity and CPU_ALLOC. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _GNU_SOURCE
#endif
#include "runners/pool.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, MAX_CPUS = 1 << 20 };

/* ---- quota of the control group; every file may be missing, and then there is no quota */

/* Opens root + a + b for reading; NULL where it is missing or the name is too long. */
static FILE *open_at(const char *root, const char *a, const char *b)
{
  char path[PATH_BYTES];
  int length = snprintf(path, sizeof path, "%s%s%s", root, a, b);
  if (length < 0 || (size_t)length >= sizeof path) return NULL;
  return fopen(path, "r");
}

/* CPUs that quota_us in every period_us amounts to, rounded up. */
static size_t quota_cpus(long long quota_us, long long period_us)
{
  if (quota_us <= 0 || period_us <= 0) return SIZE_MAX; /* v1 says -1 for no quota */
  return (size_t)(quota_us / period_us + (quota_us % period_us > 0));
}

/* cgroup v2: "200000 100000", or "max 100000" for no quota. */
static size_t read_v2_quota(const char *root, const char *group)
{
  FILE *file = open_at(root, group, "/cpu.max");
  if (!file) return SIZE_MAX;
  long long quota_us = 0;
  long long period_us = 0;
  bool is_there = fscanf(file, "%lld %lld", &quota_us, &period_us) == 2;
  fclose(file);
  return is_there ? quota_cpus(quota_us, period_us) : SIZE_MAX;
}

static long long read_number(const char *root, const char *group, const char *name)
{
  FILE *file = open_at(root, group, name);
  if (!file) return 0;
  long long number = 0;
  if (fscanf(file, "%lld", &number) != 1) number = 0;
  fclose(file);
  return number;
}

static size_t read_v1_quota(const char *root, const char *group)
{
  return quota_cpus(read_number(root, group, "/cpu.cfs_quota_us"),
                    read_number(root, group, "/cpu.cfs_period_us"));
}

/* The least quota of the group and of those above it, up to the mount point. A limit on any of
 * them binds. Cuts `group` (mount point + path of the group) down on its way. */
static size_t walk_up(const char *root, char *group, size_t mount_length, bool is_v2)
{
  size_t least = SIZE_MAX;
  for (;;) {
    size_t here = is_v2 ? read_v2_quota(root, group) : read_v1_quota(root, group);
    if (here < least) least = here;
    char *slash = strrchr(group, '/');
    if (!slash || (size_t)(slash - group) < mount_length) return least;
    *slash = '\0';
  }
}

/* Whether the comma-separated list has the word. */
static bool list_has(const char *list, const char *word)
{
  size_t length = strlen(word);
  for (const char *at = list; at; at = strchr(at, ',')) {
    if (*at == ',') at++;
    if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
  }
  return false;
}

/* Finds this process's group in proc/self/cgroup, lines "5:cpu,cpuacct:/group" in v1 and
 * "0::/group" in v2. False where there is no such line. */
static bool find_group(const char *root, bool is_v2, char group[PATH_BYTES])
{
  FILE *file = open_at(root, "/proc/self/cgroup", "");
  if (!file) return false;
  bool found = false;
  char line[PATH_BYTES];
  while (!found && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) continue;
    *path++ = '\0';
    found = is_v2 ? strcmp(line, "0:") == 0 : list_has(controllers + 1, "cpu");
    if (found) memcpy(group, path, strlen(path) + 1);
  }
  fclose(file);
  return found;
}

/* The quota below one mount of a control group tree. mounted: the part of the tree that is mounted
 * there, a prefix of the group's path where a container sees the tree of its host. */
static size_t mount_quota(const char *root, const char *mounted, const char *point, bool is_v2)
{
  char group[PATH_BYTES];
  if (!find_group(root, is_v2, group)) return SIZE_MAX;
  size_t skip = strcmp(mounted, "/") == 0 ? 0 : strlen(mounted);
  bool is_inside = strncmp(group, mounted, skip) == 0 && (group[skip] == '/' || !group[skip]);
  const char *below = is_inside ? group + skip : ""; /* a group outside is not visible here */
  if (strcmp(below, "/") == 0) below = "";
  char path[2 * PATH_BYTES];
  int length = snprintf(path, sizeof path, "%s%s", point, below);
  if (length < 0 || (size_t)length >= sizeof path) return SIZE_MAX;
  return walk_up(root, path, strlen(point), is_v2);
}

/* One line of proc/self/mountinfo:
 *   31 23 0:28 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu
 * Blanks in names appear as \040 there; no system mounts control groups in such a place. */
static size_t line_quota(const char *root, const char *line)
{
  char mounted[PATH_BYTES];
  char point[PATH_BYTES];
  char type[32];
  char options[1024];
  if (sscanf(line, "%*s %*s %*s %4095s %4095s", mounted, point) != 2) return SIZE_MAX;
  const char *dash = strstr(line, " - ");
  if (!dash || sscanf(dash, " - %31s %*s %1023s", type, options) != 2) return SIZE_MAX;
  if (strcmp(type, "cgroup2") == 0) return mount_quota(root, mounted, point, true);
  if (strcmp(type, "cgroup") != 0 || !list_has(options, "cpu")) return SIZE_MAX;
  return mount_quota(root, mounted, point, false);
}

size_t bt_cpu__quota(const char *root)
{
  FILE *file = open_at(root, "/proc/self/mountinfo", "");
  if (!file) return SIZE_MAX;
  size_t least = SIZE_MAX;
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, file) > 0) {
    size_t here = line_quota(root, line);
    if (here < least) least = here;
  }
  free(line);
  fclose(file);
  return least;
}

/* ---- affinity */

static size_t online_cpus(void)
{
#ifdef _SC_NPROCESSORS_ONLN
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  if (n > 0) return (size_t)n;
#endif
  return 1;
}

#ifdef __linux__
/* CPUs in the affinity mask; 0 where it cannot be read. The kernel refuses masks shorter than its
 * own, so the length is found by doubling. */
static size_t affinity_cpus(void)
{
  size_t n = 0;
  for (size_t n_bits = 1024; n_bits <= MAX_CPUS && n == 0; n_bits *= 2) {
    cpu_set_t *mask = CPU_ALLOC(n_bits);
    if (!mask) return 0;
    size_t n_bytes = CPU_ALLOC_SIZE(n_bits);
    CPU_ZERO_S(n_bytes, mask);
    if (sched_getaffinity(0, n_bytes, mask) == 0) n = (size_t)CPU_COUNT_S(n_bytes, mask);
    CPU_FREE(mask);
  }
  return n;
}
#else
static size_t affinity_cpus(void)
{
  return 0;
}
#endif

size_t bt_cpu_count(void)
{
  size_t n = affinity_cpus();
  if (n == 0) n = online_cpus();
  size_t quota = bt_cpu__quota("");
  return quota < n ? quota : n;
}
