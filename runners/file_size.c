#include "runners/file_size.h"

#include <string.h>
#include <sys/stat.h>

enum { GZIP_RATIO = 3 };

bt_file_size bt_file_size_of(const char *path)
{
  struct stat info;
  if (!path || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return (bt_file_size){0};
  size_t length = strlen(path);
  bool zipped = length > 3 && strcmp(path + length - 3, ".gz") == 0;
  uint64_t on_disk = (uint64_t)info.st_size;
  return (bt_file_size){true, on_disk, on_disk * (zipped ? GZIP_RATIO : 1)};
}
