#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/pool.h"

static void write_text(const char *folder, const char *name, const char *text)
{
  char path[512];
  (void)snprintf(path, sizeof path, "%s%s", folder, name);
  for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
  }
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void remove_tree(const char *folder)
{
  char command[600];
  (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
  assert_int_equal(system(command), 0);
}

static void cpu_count_is_within_what_is_online(void **state)
{
  (void)state;
  assert_in_range(bt_cpu_count(), 1, (size_t)sysconf(_SC_NPROCESSORS_CONF));
}

static void least_quota_up_the_v2_tree_counts(void **state)
{
  (void)state;
  char root[] = "/tmp/backtest-cpus-XXXXXX";
  assert_non_null(mkdtemp(root));
  assert_int_equal(bt_cpu__quota(root), SIZE_MAX); /* no proc at all */
  write_text(root, "/proc/self/cgroup", "0::/a/b\n");
  write_text(root, "/proc/self/mountinfo",
             "22 1 0:5 / /proc rw - proc proc rw\n"
             "30 23 0:26 / /sys/cg rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  assert_int_equal(bt_cpu__quota(root), SIZE_MAX);
  write_text(root, "/sys/cg/a/b/cpu.max", "max 100000\n");
  assert_int_equal(bt_cpu__quota(root), SIZE_MAX);
  write_text(root, "/sys/cg/a/cpu.max", "250000 100000\n"); /* 2.5 */
  assert_int_equal(bt_cpu__quota(root), 3);
  write_text(root, "/sys/cg/a/b/cpu.max", "400000 100000\n");
  assert_int_equal(bt_cpu__quota(root), 3);
  write_text(root, "/sys/cg/a/b/cpu.max", "50000 100000\n"); /* half a CPU is one */
  assert_int_equal(bt_cpu__quota(root), 1);
  remove_tree(root);
}

static void v1_quota_is_found_where_the_container_mounts_it(void **state)
{
  (void)state;
  char root[] = "/tmp/backtest-cpus-XXXXXX";
  assert_non_null(mkdtemp(root));
  write_text(root, "/proc/self/cgroup", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/\n");
  write_text(root, "/proc/self/mountinfo",
             "31 23 0:28 /docker/x /cg/cpuset ro - cgroup cgroup rw,cpuset\n"
             "32 23 0:29 /docker/x /cg/cpu ro master:9 - cgroup cgroup rw,cpu,cpuacct\n");
  write_text(root, "/cg/cpuset/cpu.cfs_quota_us", "100000\n"); /* not the cpu controller */
  write_text(root, "/cg/cpuset/cpu.cfs_period_us", "100000\n");
  write_text(root, "/cg/cpu/cpu.cfs_period_us", "50000\n");
  write_text(root, "/cg/cpu/cpu.cfs_quota_us", "-1\n");
  assert_int_equal(bt_cpu__quota(root), SIZE_MAX);
  write_text(root, "/cg/cpu/cpu.cfs_quota_us", "200000\n");
  assert_int_equal(bt_cpu__quota(root), 4);
  remove_tree(root);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cpu_count_is_within_what_is_online),
      cmocka_unit_test(least_quota_up_the_v2_tree_counts),
      cmocka_unit_test(v1_quota_is_found_where_the_container_mounts_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
