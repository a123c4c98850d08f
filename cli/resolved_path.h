/* resolved_path.h - a path that says the same wherever it was typed. */
#ifndef BT_CLI_RESOLVED_PATH_H
#define BT_CLI_RESOLVED_PATH_H

#include "core/status.h"

/* *out = the path from the root, a new string that the caller frees; untouched after a failure.
 * Links and dots are resolved, but a file keeps its own name where that is a link: what belongs to
 * it is looked for beside this name. Errors: IO (there is no such file), NOMEM. */
bt_status bt_resolve_path(char **out, const char *path, bt_error *err);

#endif
