/* Files of an older program must not be taken for files of this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "runners/schema.h"
#include "runners/store.h"

/* The version that the schema below has, and its hash. After a change of the schema - a metric is a
 * change, too - raise BT_STORE_SCHEMA_VERSION and write both numbers here. */
enum { PINNED_VERSION = 4 };
static const uint64_t pinned_hash = UINT64_C(0xca9a3bd3196b5647);

/* FNV-1a over a text and its NUL. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
  do hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
  while (*text++);
  return hash;
}

static void schema_and_its_version_change_together(void **state)
{
  (void)state;
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; bt_schema__statements[i]; i++)
    hash = hash_text(hash, bt_schema__statements[i]);
  hash = hash_text(hash, bt_schema__create_metrics_key);
  if (hash != pinned_hash)
    fail_msg("the schema has changed (hash 0x%llx): raise BT_STORE_SCHEMA_VERSION and pin both",
             (unsigned long long)hash);
  assert_int_equal(BT_STORE_SCHEMA_VERSION, PINNED_VERSION);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(schema_and_its_version_change_together)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
