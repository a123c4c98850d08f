/* isolation_wire.h - what the processes of isolation.h say to each other; of one program on one
 * machine, so structs go as they are. Shared by isolation.c, isolated.c, isolation_keeper.c and
 * isolation_child.c alone.
 */
#ifndef BT_RUNNERS_ISOLATION_WIRE_H
#define BT_RUNNERS_ISOLATION_WIRE_H

#include <stdint.h>
#include <sys/types.h>

#include "core/bars.h"
#include "core/stops.h"
#include "runners/job.h"

/* ---- to the keeper ----------------------------------------------------------------------------
 */

typedef enum bt_keeper_verb { BT_KEEPER_BEGIN, BT_KEEPER_END } bt_keeper_verb;

/* BEGIN: a worker process; answered by bt_keeper_answer with its socket.
 * END: it shall be gone, now or within a moment; answered by bt_keeper_answer. */
typedef struct bt_keeper_request {
  bt_keeper_verb verb;
  pid_t pid;   /* of END */
  int is_late; /* of END: it is killed at once */
} bt_keeper_request;

typedef struct bt_keeper_answer {
  pid_t pid;      /* of BEGIN; -1: none could be made, and why */
  int error;      /* errno */
  int status;     /* of END: as waitpid tells it */
  int was_killed; /* of END: by the keeper */
} bt_keeper_answer;

/* ---- to a worker process ----------------------------------------------------------------------
 */

typedef enum bt_child_verb { BT_CHILD_OPEN, BT_CHILD_AIM, BT_CHILD_AIM_PARTS } bt_child_verb;

/* time, open, high, low, close, volume, factor; benchmark of a ticker that is cut */
enum { BT_CHILD_SERIES = 7, BT_CHILD_SERIES_MOST = 8 };

/* OPEN: a ticker; behind it come BT_CHILD_SERIES series of n_bars values of 8 bytes, or one more.
 * AIM: at a combination, over a span or (empty) over all bars.
 * AIM_PARTS: behind it come n_parts bt_child_part, each with the grid's params, and n_bars amounts
 * for each stop that has them. */
typedef struct bt_child_request {
  bt_child_verb verb;
  uint64_t number;       /* the answer has the same */
  size_t ticker, n_bars; /* of OPEN: index in the universe */
  size_t n_room;         /* of one that is cut (bt_ticker_remains), else 0 */
  int has_benchmark;     /* it is cut, and its benchmark's returns are the last series */
  double periods_per_year;
  int daily;
  size_t combo;
  bt_span span;
  size_t n_parts;
  int has_amounts[BT_STOP_COUNT];
} bt_child_request;

typedef struct bt_child_part {
  size_t first;
  int has_params;
} bt_child_part;

/* Behind it come n_changes changes (status BT_OK), or the bt_error. */
typedef struct bt_child_answer {
  uint64_t number;
  bt_status status;
  size_t n_changes;
} bt_child_answer;

/* ---- what the processes do; each returns when the socket is closed ----------------------------
 */

void bt_keeper__serve(int socket, const bt_job *job);
void bt_child__serve(int socket, const bt_job *job);

#endif
