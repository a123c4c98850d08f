#include "loaders/bar_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "loaders/bar_cache_folder.h"

enum {
  SETTLED_S = 2,         /* times of files are as coarse as this, on some file systems */
  MEMORY_KEPT = 64 << 20 /* a buffer beyond this is given back after a file */
};

struct bt_bar_cache {
  char *name; /* of the folder, for messages */
  int folder;
  atomic_int failure;   /* errno of the first entry that could not be written; 0: none */
  atomic_uint n_writes; /* so far; makes names of temporary files */
};

bt_status bt_bar_cache_open(bt_bar_cache **out, const char *folder, bt_error *err)
{
  bt_bar_cache *cache = calloc(1, sizeof *cache);
  char *name = strdup(folder);
  bt_status status = cache && name ? BT_OK : bt_fail_nomem(err, "bar cache");
  if (!status) status = bt_cache_folder__open(&cache->folder, folder, err);
  if (status) {
    free(cache);
    free(name);
    return status;
  }
  bt_cache_folder__clean(cache->folder);
  cache->name = name;
  *out = cache;
  return BT_OK;
}

void bt_bar_cache_close(bt_bar_cache *cache)
{
  if (!cache) return;
  (void)close(cache->folder);
  free(cache->name);
  free(cache);
}

bt_status bt_bar_cache_check(const bt_bar_cache *cache, bt_error *err)
{
  char reason[128] = "";
  int failure = atomic_load(&cache->failure);
  if (failure == 0 || failure == ENOENT) return BT_OK; /* the folder was deleted: it may be */
  (void)strerror_r(failure, reason, sizeof reason);
  return bt_fail(err, BT_ERR_IO, "%s: parsed bars cannot be kept: %s", cache->name, reason);
}

/* ---- which source -----------------------------------------------------------------------------
 */

/* Sets *facts of the file that `path` opens, and whether all may read it; false where it is none
 * that can be read. */
static bool read_facts(bt_source_facts *facts, bool *is_public, const char *path)
{
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  bool ok = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  (void)close(fd);
  if (!ok) return false;
  *is_public = info.st_mode & S_IROTH;
  *facts = (bt_source_facts){.device = info.st_dev,
                             .inode = info.st_ino,
                             .size = (uint64_t)info.st_size,
                             .written_s = info.st_mtim.tv_sec,
                             .written_ns = info.st_mtim.tv_nsec,
                             .changed_s = info.st_ctim.tv_sec,
                             .changed_ns = info.st_ctim.tv_nsec};
  return true;
}

/* Looks at the source before it is read: whether it is old enough is decided by a time before that.
 */
static bool look_at_source(bt_cache_visit *visit)
{
  struct timespec now;
  bool is_public;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
      !read_facts(&visit->facts, &is_public, visit->path))
    return false;
  int64_t latest = now.tv_sec - SETTLED_S - 1; /* whole seconds: one more */
  visit->settled = visit->facts.written_s <= latest && visit->facts.changed_s <= latest;
  return true;
}

/* Fills the key and the name of the entry's file; false where the path is too long. */
static bool name_entry(bt_cache_visit *visit, const bt_load_options *options)
{
  uint64_t max_bad = 0;
  char *key = visit->key;
  memcpy(&max_bad, &options->max_bad, sizeof max_bad);
  int length = snprintf(key, sizeof visit->key, "%s %s %016" PRIx64 " ", options->layout,
                        options->adjust ? "adjust" : "raw", max_bad);
  size_t used = (size_t)length, room = sizeof visit->key - used;
  if (length < 0 || used >= sizeof visit->key) return false;
  if (visit->path[0] != '/') {
    if (!getcwd(key + used, room)) return false;
    used += strlen(key + used);
    room = sizeof visit->key - used;
  }
  length = snprintf(key + used, room, "%s%s", visit->path[0] == '/' ? "" : "/", visit->path);
  if (length < 0 || (size_t)length >= room) return false;
  visit->key_length = used + (size_t)length;

  XXH128_hash_t hash = XXH3_128bits(key, visit->key_length);
  (void)snprintf(visit->name, sizeof visit->name, "%016" PRIx64 "%016" PRIx64 ".bars",
                 (uint64_t)hash.high64, (uint64_t)hash.low64);
  return true;
}

static bt_entry_tag tag_of(const bt_cache_visit *visit)
{
  return (bt_entry_tag){visit->facts, visit->key, visit->key_length};
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* The bytes of an open file of the cache; false where that is not possible, or where it belongs to
 * somebody who might mean ill. */
static bool read_whole(bt_buffer *out, int fd)
{
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0) return false;
  if (info.st_uid != geteuid() && info.st_uid != 0) return false;
  size_t n_bytes = (size_t)info.st_size;
  if (!bt_buffer__reserve(out, n_bytes)) return false;
  for (out->length = 0; out->length < n_bytes;) {
    ssize_t got = read(fd, out->bytes + out->length, n_bytes - out->length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out->length += (size_t)got;
  }
  return true;
}

static bool read_entry(bt_cache_visit *visit)
{
  int fd = openat(visit->cache->folder, visit->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  bool ok = read_whole(&visit->entry, fd);
  (void)close(fd);
  return ok;
}

/* One huge file must not keep its memory while a thousand small ones follow. */
static void give_back(bt_cache_visit *visit)
{
  if (visit->entry.capacity > MEMORY_KEPT) bt_buffer__clear(&visit->entry);
}

void bt_cache_visit__clear(bt_cache_visit *visit)
{
  bt_buffer__clear(&visit->entry);
}

bt_status bt_bar_cache__find(bt_bars **out, bt_load_report *report, bt_cache_visit *visit,
                             const char *path, const bt_load_options *options, bt_error *err)
{
  bt_bars *bars = NULL;
  bt_status status = BT_OK;
  *out = NULL;
  visit->cache = NULL;
  visit->path = path;
  if (!options->cache || !path || !look_at_source(visit) || !name_entry(visit, options))
    return BT_OK;
  visit->cache = options->cache;
  if (read_entry(visit)) {
    bt_entry_tag tag = tag_of(visit);
    size_t n_bars = bt_entry__count_bars(visit->entry.bytes, visit->entry.length, &tag);
    if (n_bars > 0) status = bt_bars_new(&bars, n_bars, err);
  }
  if (bars && !bt_entry__unpack(bars, report, visit->entry.bytes)) {
    bt_bars_free(bars);
    bars = NULL;
  }
  give_back(visit);
  *out = bars;
  return status;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

bt_status bt_bar_cache__keep(bt_cache_visit *visit, const bt_bars *bars,
                             const bt_load_report *report, bt_error *err)
{
  bt_bar_cache *cache = visit->cache;
  bt_source_facts now;
  bool is_public;
  if (!cache || !visit->settled || atomic_load(&cache->failure) != 0) return BT_OK;
  if (!read_facts(&now, &is_public, visit->path)) return BT_OK;
  if (memcmp(&now, &visit->facts, sizeof now) != 0) return BT_OK;
  bt_entry_tag tag = tag_of(visit);
  bt_status status = bt_entry__make(&visit->entry, &tag, bars, report, err);
  if (status) return status;
  unsigned number = atomic_fetch_add(&cache->n_writes, 1);
  mode_t mode = is_public ? 0644 : 0600; /* prices that are private stay so */
  int failure = bt_cache_folder__put(cache->folder, visit->name, &visit->entry, mode, number);
  int none = 0;
  if (failure != 0) (void)atomic_compare_exchange_strong(&cache->failure, &none, failure);
  give_back(visit);
  return BT_OK;
}
