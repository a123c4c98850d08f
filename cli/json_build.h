/* json_build.h - JSON trees that survive a lack of memory.
 *
 * json-c stops the program when it is handed a NULL for an object that could not be allocated. Here
 * each call takes a flag that begins as true and becomes false at the first failure; what was built
 * is then incomplete but safe to free, and the caller looks at the flag once, at the end.
 */
#ifndef BT_CLI_JSON_BUILD_H
#define BT_CLI_JSON_BUILD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/* NULL, and *ok false, when memory is out. */
json_object *bt_json_object(bool *ok);
json_object *bt_json_list(bool *ok);

/* Each adds a member to an object, or with key NULL an element to a list. A tree is taken over,
 * whatever happens. A text may be NULL, a number NaN: JSON's null. What of a text is not UTF-8,
 * such as file names may have, becomes U+FFFD. Numbers are as short as they can be and still read
 * back as the same double. */
void bt_json_add_tree(json_object *to, const char *key, json_object *tree, bool *ok);
void bt_json_add_text(json_object *to, const char *key, const char *text, bool *ok);
void bt_json_add_number(json_object *to, const char *key, double value, bool *ok);
void bt_json_add_count(json_object *to, const char *key, uint64_t count, bool *ok);
void bt_json_add_flag(json_object *to, const char *key, bool flag, bool *ok);

/* Prints the tree on stdout, one line a member, and frees it. Errors: NOMEM, also when ok is false;
 * then nothing is printed. */
bt_status bt_json_print(json_object *tree, bool ok, bt_error *err);

#endif
