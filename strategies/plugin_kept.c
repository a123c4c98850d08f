#include "strategies/plugin_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strategies/plugin_folder.h"

/* The two files of one. */
typedef struct places {
  char object[BT_PLUGIN_PATH_SIZE], record[BT_PLUGIN_PATH_SIZE];
} places;

static bt_status find_places(places *out, const char *folder, const char *name, bt_error *err)
{
  char file[BT_PLUGIN_HASH_SIZE + 4];
  (void)snprintf(file, sizeof file, "%s.so", name);
  bt_status status = bt_plugin_path__join(out->object, folder, file, err);
  (void)snprintf(file, sizeof file, "%s.txt", name);
  return status ? status : bt_plugin_path__join(out->record, folder, file, err);
}

static bt_status hash_both(char out[BT_PLUGIN_HASH_SIZE], const char *object, const char *words,
                           bt_error *err)
{
  bt_plugin_text texts[2] = {{NULL, 0}, {words, strlen(words)}};
  char *bytes = NULL;
  bt_status status = bt_plugin_file__read(&bytes, &texts[0].n_bytes, object, err);
  if (status) return status;
  texts[0].bytes = bytes;
  status = bt_plugin_hash(out, texts, 2, err);
  free(bytes);
  return status;
}

/* Whether a record and a plugin belong together; *words gets where the compiler's words begin. */
static bool fits(const char **words, const char *record, const char *object)
{
  const char *line = strchr(record, '\n');
  char hash[BT_PLUGIN_HASH_SIZE];
  if (!line || line - record != BT_PLUGIN_HASH_SIZE - 1) return false;
  *words = line + 1;
  if (hash_both(hash, object, *words, NULL)) return false;
  return memcmp(hash, record, BT_PLUGIN_HASH_SIZE - 1) == 0;
}

bool bt_kept__find(char path[BT_PLUGIN_PATH_SIZE], char **words, const char *folder,
                   const char *name)
{
  places at;
  char *record = NULL;
  const char *said = NULL;
  size_t n_bytes = 0;
  if (find_places(&at, folder, name, NULL)) return false;
  if (!bt_plugin_folder__trusts(at.object) || !bt_plugin_folder__trusts(at.record)) return false;
  if (bt_plugin_file__read(&record, &n_bytes, at.record, NULL)) return false;
  bool found = fits(&said, record, at.object);
  if (found) memmove(record, said, strlen(said) + 1);
  if (found) memcpy(path, at.object, BT_PLUGIN_PATH_SIZE);
  if (found)
    *words = record;
  else
    free(record);
  return found;
}

/* Writes the record of the plugin at `object` to a new file. */
static bt_status write_record(const char *path, const char *object, const char *words,
                              bt_error *err)
{
  char hash[BT_PLUGIN_HASH_SIZE];
  bt_status status = hash_both(hash, object, words, err);
  if (status) return status;
  size_t size = sizeof hash + strlen(words) + 1;
  char *record = malloc(size);
  if (!record) return bt_fail_nomem(err, "plugin");
  (void)snprintf(record, size, "%s\n%s", hash, words);
  status = bt_plugin_file__create(path, record, err);
  free(record);
  return status;
}

bt_status bt_kept__put(char path[BT_PLUGIN_PATH_SIZE], const char *words, const char *work,
                       const char *folder, const char *name, bt_error *err)
{
  places at;
  char record[BT_PLUGIN_PATH_SIZE];
  bt_status status = find_places(&at, folder, name, err);
  if (!status) status = bt_plugin_path__join(record, work, BT_WORK_RECORD, err);
  if (!status) status = write_record(record, path, words, err);
  if (!status) status = bt_plugin_file__rename(record, at.record, err);
  if (!status) status = bt_plugin_file__rename(path, at.object, err);
  if (!status) memcpy(path, at.object, BT_PLUGIN_PATH_SIZE);
  return status;
}
