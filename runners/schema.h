/* schema.h - the SQL of the result database: tables, views and the statements that name every
 * metric. Private to the store.
 *
 * Metric columns are generated from core/metrics.def, so their list and order exist once. A change
 * of anything here that old files do not have needs a new BT_STORE_SCHEMA_VERSION.
 */
#ifndef BT_RUNNERS_SCHEMA_H
#define BT_RUNNERS_SCHEMA_H

/* "BTST": tells our files from other people's databases. */
#define BT_SCHEMA_APPLICATION_ID 0x42545354

/* CREATE statements of all tables and views, in order; ends with NULL. */
extern const char *const bt_schema__statements[];

/* The unique index on the natural key of `metrics`; a run begins by making it where an older
 * program has left a file without. Rows with combo_id NULL are kept unique by
 * an index of their own, metrics_no_combo, which is always there and nearly free. */
extern const char bt_schema__create_metrics_key[];

/* `SELECT ` + before + (parameter columns) + after: what the results views are made of. `before`
 * and `after` both end in ", " or the last column; the FROM clause ends without WHERE. */
extern const char bt_schema__results_before[];
extern const char bt_schema__results_after[];
extern const char bt_schema__results_from[];

#endif
