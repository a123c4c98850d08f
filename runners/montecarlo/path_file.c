#include "runners/montecarlo/path_file.h"

#include <inttypes.h>
#include <string.h>

#include "runners/npy.h"

enum { FOLDER_SIZE = 4096 };

/* Folder and name of a path; the folder is "." where it has none. */
static bt_status split(char folder[FOLDER_SIZE], const char **name, const char *path, bt_error *err)
{
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 0;
  *name = slash ? slash + 1 : path;
  if (**name == '\0') return bt_fail(err, BT_ERR_USAGE, "%s: names a folder, not a file", path);
  if (length >= FOLDER_SIZE) return bt_fail(err, BT_ERR_IO, "%s: the path is too long", path);
  memcpy(folder, slash ? path : ".", slash ? length : 1);
  folder[slash ? length : 1] = '\0';
  if (slash == path) memcpy(folder, "/", 2);
  return BT_OK;
}

bt_status bt_path_file_open(bt_path_file *out, const char *path, uint64_t n_paths, size_t n_steps,
                            bt_error *err)
{
  char folder[FOLDER_SIZE], header[BT_NPY_HEADER_SIZE];
  const char *name = NULL;
  bt_path_file file = {.row_bytes = (n_steps + 1) * sizeof(double)};
  if (n_paths > (INT64_MAX - BT_NPY_HEADER_SIZE) / file.row_bytes)
    return bt_fail(err, BT_ERR_USAGE,
                   "%s: %" PRIu64 " paths of %zu steps are more than a file can hold", path,
                   n_paths, n_steps);
  bt_status status = split(folder, &name, path, err);
  if (!status) status = bt_draft_open(&file.draft, folder, name, err);
  if (status) return status;
  bt_npy_header(header, BT_NPY_FLOAT64, n_paths, n_steps + 1);
  status = bt_draft_write(&file.draft, header, sizeof header, err);
  if (status) bt_draft_drop(&file.draft);
  if (!status) *out = file;
  return status;
}

bt_status bt_path_file_write(bt_path_file *file, const double *rows, uint64_t first, size_t n,
                             bt_error *err)
{
  return bt_draft_rewrite(&file->draft, BT_NPY_HEADER_SIZE + first * file->row_bytes, rows,
                          n * file->row_bytes, err);
}

bt_status bt_path_file_publish(bt_path_file *file, bt_error *err)
{
  return bt_draft_publish(&file->draft, err);
}

void bt_path_file_drop(bt_path_file *file)
{
  bt_draft_drop(&file->draft);
}
