#include "runners/feature_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/draft.h"
#include "runners/feature_job.h"
#include "runners/feature_listing.h"

static const char lock_name[] = ".backtest-lock";

static bt_status fail(const char *path, const char *what, int os_error, bt_error *err)
{
  char reason[96] = "";
  if (strerror_r(os_error, reason, sizeof reason) != 0) reason[0] = '\0';
  return bt_fail(err, BT_ERR_IO, "%s: %s%s", path, what, reason);
}

/* A file that is not there, or cannot be for its name, is as good as removed. */
static bt_status remove_file(const char *folder, const char *name, const char *ending,
                             bt_error *err)
{
  char *path = bt_feature_listing__join(folder, name, ending);
  if (!path) return bt_fail_nomem(err, "files");
  bt_status status = BT_OK;
  if (unlink(path) != 0 && errno != ENOENT && errno != ENAMETOOLONG)
    status = fail(path, "", errno, err);
  free(path);
  return status;
}

/* ---- the lock ---------------------------------------------------------------------------------
 */

/* Whether the path still leads to the file that was locked: its owner may have removed it since it
 * was opened. */
static bool is_at(int file, const char *path)
{
  struct stat mine, there;
  return fstat(file, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
         mine.st_dev == there.st_dev;
}

static bt_status try_lock(int *out, const char *path, const char *folder, bt_error *err)
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return fail(folder, "cannot be written: ", errno, err);
  if (fcntl(file, F_SETLK, &whole) == 0) {
    *out = file;
    return BT_OK;
  }
  int os_error = errno;
  (void)close(file);
  if (os_error == EACCES || os_error == EAGAIN)
    return bt_fail(err, BT_ERR_DATA, "%s: another run is writing there", folder);
  return fail(folder, "cannot be locked: ", os_error, err);
}

static bt_status lock_folder(int *out, const char *folder, bt_error *err)
{
  char *path = bt_feature_listing__join(folder, lock_name, "");
  if (!path) return bt_fail_nomem(err, "files");
  bt_status status = try_lock(out, path, folder, err);
  while (!status && !is_at(*out, path)) {
    (void)close(*out);
    status = try_lock(out, path, folder, err);
  }
  free(path);
  return status;
}

/* At the end: asks for no memory. */
static void remove_at_end(const char *path, const char *name)
{
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  (void)unlinkat(folder, name, 0);
  (void)close(folder);
}

static void unlock_folder(int lock, const char *folder)
{
  remove_at_end(folder, lock_name);
  (void)close(lock);
}

/* ---- what is there ----------------------------------------------------------------------------
 */

static bt_status make_folder(bool *made, const char *path, bt_error *err)
{
  struct stat info;
  *made = mkdir(path, 0777) == 0;
  if (*made) return BT_OK;
  int reason = errno;
  if (stat(path, &info) != 0) return fail(path, "cannot be made: ", reason, err);
  return S_ISDIR(info.st_mode) ? BT_OK : fail(path, "", ENOTDIR, err);
}

/* Removes half-written files; *out: the name of some file that is not hidden, a new string, or
 * NULL. */
static bt_status clean(char **out, const char *path, bt_error *err)
{
  DIR *folder = opendir(path);
  if (!folder) return fail(path, "", errno, err);
  bt_status status = BT_OK;
  const struct dirent *file;
  *out = NULL;
  while (!status && (file = readdir(folder))) {
    if (bt_draft_is_leftover(file->d_name))
      status = remove_file(path, file->d_name, "", err);
    else if (file->d_name[0] != '.' && !*out && !(*out = strdup(file->d_name)))
      status = bt_fail_nomem(err, "files");
  }
  (void)closedir(folder);
  return status;
}

/* The files of a ticker, in one of the formats. */
static bt_status remove_set(const char *path, const char *stem, bool csv, bt_error *err)
{
  bt_status status = remove_file(path, stem, csv ? ".csv" : ".npy", err);
  return status || csv ? status : remove_file(path, stem, BT_FEATURE_DATES, err);
}

static bt_status remove_listed(const char *path, const bt_feature_listed *one, bt_error *err)
{
  size_t length = strlen(one->file) - strlen(".npy");
  char *stem = strndup(one->file, length);
  if (!stem) return bt_fail_nomem(err, "files");
  bt_status status = remove_set(path, stem, strcmp(one->file + length, ".csv") == 0, err);
  free(stem);
  return status;
}

static bt_status remove_panel(const char *path, bt_error *err)
{
  bt_status status = remove_file(path, BT_FEATURE_PANEL, ".npy", err);
  if (!status) status = remove_file(path, BT_FEATURE_PANEL, BT_FEATURE_DATES, err);
  return status ? status : remove_file(path, BT_FEATURE_PANEL, ".csv", err);
}

static void free_earlier(bt_feature_folder *folder)
{
  for (size_t i = 0; i < folder->n_earlier; i++) {
    free(folder->earlier[i].symbol);
    free(folder->earlier[i].file);
  }
  free(folder->earlier);
  folder->earlier = NULL;
  folder->n_earlier = 0;
}

/* Matrices of another job and their list; what says so first, so that a folder never says that it
 * has what is not there. */
static bt_status remove_earlier(bt_feature_folder *folder, bool was_panel, bt_error *err)
{
  const char *path = folder->plan->path;
  bt_status status = remove_file(path, BT_FEATURE_JOB_FILE, "", err);
  if (!status && was_panel) status = remove_panel(path, err);
  for (size_t i = 0; i < folder->n_earlier && !status; i++)
    status = remove_listed(path, &folder->earlier[i], err);
  if (!status) status = remove_file(path, BT_FEATURE_TICKERS_FILE, "", err);
  free_earlier(folder);
  return status;
}

/* What a folder is found to hold. */
typedef struct finding {
  char *some, *columns; /* some file; the text of columns.txt; owned, or NULL */
  bt_feature_claim claim;
  char why[BT_FEATURE_DIFFERENCE_SIZE]; /* it is not the job's */
} finding;

static bt_status find(finding *out, const bt_feature_plan *plan, bt_error *err)
{
  *out = (finding){.claim = BT_FEATURE_CLAIM_NONE};
  bt_status status = clean(&out->some, plan->path, err);
  if (!status)
    status = bt_feature_listing__read(&out->columns, plan->path, BT_FEATURE_COLUMNS_FILE, err);
  return status ? status : bt_feature_job__look(&out->claim, out->why, plan, err);
}

/* Whether what is there may be replaced. */
static bt_status check_finding(const finding *found, const bt_feature_plan *plan, bt_error *err)
{
  bool says_job = found->claim == BT_FEATURE_CLAIM_SAME || found->claim == BT_FEATURE_CLAIM_OTHER;
  if (found->some && !found->columns && !says_job)
    return bt_fail(err, BT_ERR_DATA,
                   "%s: has files (such as %.80s) and no columns.txt, so it is no folder of "
                   "feature matrices: give another --out",
                   plan->path, found->some);
  if (!found->some || found->claim == BT_FEATURE_CLAIM_SAME || plan->overwrite) return BT_OK;
  return bt_fail(err, BT_ERR_DATA, "%s: %s; give another --out, or --overwrite", plan->path,
                 found->why);
}

/* Then what the new features.json would not be true of is removed. */
static bt_status prepare(bt_feature_folder *folder, bt_error *err)
{
  const char panel[] = "ticker\n";
  finding found;
  bt_status status = find(&found, folder->plan, err);
  folder->was_empty = !status && !found.some;
  if (!status) status = check_finding(&found, folder->plan, err);
  if (!status) status = bt_feature_listing__earlier(folder, err);
  bool was_panel = found.columns && strncmp(found.columns, panel, strlen(panel)) == 0;
  if (!status && found.some && found.claim != BT_FEATURE_CLAIM_SAME)
    status = remove_earlier(folder, was_panel, err);
  free(found.some);
  free(found.columns);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static bt_status make_stems(bt_feature_folder *folder, bt_error *err)
{
  const bt_universe *universe = folder->plan->universe;
  folder->stems = calloc(universe->n_entries + 1, sizeof *folder->stems);
  if (!folder->stems) return bt_fail_nomem(err, "files");
  for (size_t i = 0; i < universe->n_entries; i++)
    if (!(folder->stems[i] = bt_feature_stem(universe->entries[i].symbol)))
      return bt_fail_nomem(err, "files");
  return BT_OK;
}

static int compare_names(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An earlier file that the plan has, too, counts as planned. */
static bt_status drop_planned(bt_feature_folder *folder, bt_error *err)
{
  size_t n = folder->plan->universe->n_entries, n_kept = 0;
  const char *ending = folder->plan->csv ? ".csv" : ".npy";
  char **stems = malloc((n + 1) * sizeof *stems);
  if (!stems) return bt_fail_nomem(err, "files");
  memcpy(stems, folder->stems, n * sizeof *stems);
  qsort(stems, n, sizeof *stems, compare_names);
  for (size_t i = 0; i < folder->n_earlier; i++) {
    bt_feature_listed one = folder->earlier[i];
    char *dot = one.file + strlen(one.file) - strlen(ending);
    bool same = strcmp(dot, ending) == 0;
    *dot = '\0';
    bool planned = same && bsearch(&one.file, stems, n, sizeof *stems, compare_names) != NULL;
    *dot = '.';
    if (!planned) {
      folder->earlier[n_kept++] = one;
      continue;
    }
    free(one.symbol);
    free(one.file);
  }
  folder->n_earlier = n_kept;
  free(stems);
  return BT_OK;
}

static bt_status open_locked(bt_feature_folder *folder, bt_error *err)
{
  const bt_feature_plan *plan = folder->plan;
  char *columns = bt_feature_listing__columns(plan);
  if (!columns) return bt_fail_nomem(err, "columns");
  bt_status status = make_stems(folder, err);
  if (!status) status = prepare(folder, err);
  if (!status) status = bt_feature_job__put(plan, false, err);
  if (!status)
    status = bt_draft_put(plan->path, BT_FEATURE_COLUMNS_FILE, columns, strlen(columns), err);
  if (!status && !plan->panel) status = drop_planned(folder, err);
  if (!status && !plan->panel) status = bt_feature_listing__put(folder, NULL, err);
  free(columns);
  return status;
}

static void clear(bt_feature_folder *folder)
{
  for (size_t i = 0; folder->stems && i < folder->plan->universe->n_entries; i++)
    free(folder->stems[i]);
  free(folder->stems);
  free_earlier(folder);
}

bt_status bt_feature_folder_open(bt_feature_folder *out, const bt_feature_plan *plan, bt_error *err)
{
  *out = (bt_feature_folder){.plan = plan, .lock = -1};
  bt_status status = make_folder(&out->was_made, plan->path, err);
  if (!status) status = lock_folder(&out->lock, plan->path, err);
  if (!status) status = open_locked(out, err);
  if (!status) return BT_OK;
  if (out->lock >= 0)
    bt_feature_folder_close(out, false);
  else if (out->was_made)
    (void)rmdir(plan->path);
  return status;
}

bt_status bt_feature_folder_settle(const bt_feature_folder *folder, const bool *written,
                                   bt_error *err)
{
  const bt_feature_plan *plan = folder->plan;
  bt_status status = plan->panel ? remove_panel(plan->path, err) : BT_OK;
  for (size_t i = 0; i < plan->universe->n_entries && !status && !plan->panel; i++)
    if (!written[i]) status = remove_set(plan->path, folder->stems[i], plan->csv, err);
  for (size_t i = 0; i < folder->n_earlier && !status; i++)
    status = remove_listed(plan->path, &folder->earlier[i], err);
  return status ? status : bt_feature_listing__put(folder, written, err);
}

bt_status bt_feature_folder_complete(const bt_feature_folder *folder, bt_error *err)
{
  return bt_feature_job__put(folder->plan, true, err);
}

void bt_feature_folder_close(bt_feature_folder *folder, bool any_written)
{
  const char *path = folder->plan->path;
  bool leave_nothing = folder->was_empty && !any_written;
  if (leave_nothing) {
    remove_at_end(path, BT_FEATURE_TICKERS_FILE);
    remove_at_end(path, BT_FEATURE_COLUMNS_FILE);
    remove_at_end(path, BT_FEATURE_JOB_FILE);
  }
  unlock_folder(folder->lock, path);
  if (leave_nothing && folder->was_made) (void)rmdir(path);
  clear(folder);
}
