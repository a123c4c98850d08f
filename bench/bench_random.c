/* Random numbers, one core: how long a way of making N_DRAWS of them takes. All run once a round,
 * so that a drift of the machine's speed meets all; printed are medians and the fastest. Draws go
 * over the same block of memory again and again, as a simulation uses them.
 *
 *   bench_random [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/random/brownian_bridge.h"
#include "core/random/normal.h"
#include "core/random/sobol.h"
#include "core/random/streams.h"

enum {
  N_STEPS = 252,
  N_PATHS = 512, /* of a block: rows of N_STEPS dimensions */
  N_BLOCKS = 32,
  N_DRAWS = N_STEPS * N_PATHS * N_BLOCKS,
  MAX_ROUNDS = 101
};

typedef struct bench {
  bt_sobol sobol;
  bt_bridge bridge;
  uint64_t bits[N_PATHS];
  double draws[N_STEPS * N_PATHS], increments[N_STEPS * N_PATHS];
} bench;

static const bt_stream stream = {1, 0};

static void make_bits(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++) bt_stream_bits(b->bits, &stream, d, first, N_PATHS);
}

static void make_uniforms(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++)
    bt_stream_uniforms(b->draws + d * N_PATHS, &stream, d, first, N_PATHS);
}

static void make_normals(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++)
    bt_stream_normals(b->draws + d * N_PATHS, &stream, d, first, N_PATHS);
}

static void make_normals_one_by_one(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++)
    for (size_t i = 0; i < N_PATHS; i++)
      b->draws[d * N_PATHS + i] = bt_random_normal(stream.seed, d, first + i);
}

/* As options take them, scrambled and each with digits of its own. */
static const bt_sobol_replicate replicate = {
    .shifts = {1, 2}, .digits = {1, 3}, .index = 0, .depth = 30};

static void make_points(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++)
    bt_sobol_random_points(b->draws + d * N_PATHS, &b->sobol, &replicate, d, first, N_PATHS);
}

static void make_point_normals(bench *b, uint64_t first)
{
  for (uint32_t d = 0; d < N_STEPS; d++) {
    double *row = b->draws + d * N_PATHS;
    bt_sobol_random_points(row, &b->sobol, &replicate, d, first, N_PATHS);
    bt_normal_quantiles(row, row, N_PATHS);
  }
}

static void make_bridges(bench *b, uint64_t first)
{
  make_point_normals(b, first);
  bt_bridge_increments(b->increments, b->draws, &b->bridge, N_PATHS);
}

static const struct {
  const char *name;
  void (*make)(bench *b, uint64_t first);
} ways[] = {
    {"bits", make_bits},
    {"uniform numbers", make_uniforms},
    {"normal numbers", make_normals},
    {"one by one, normal numbers", make_normals_one_by_one},
    {"Sobol points", make_points},
    {"Sobol points, normal", make_point_normals},
    {"Sobol points, normal, and bridge", make_bridges},
};
enum { N_WAYS = sizeof ways / sizeof *ways };

static double run_way(bench *b, size_t way)
{
  double start = now_s();
  for (uint64_t k = 0; k < N_BLOCKS; k++) ways[way].make(b, k * N_PATHS);
  return now_s() - start;
}

int main(int argc, char **argv)
{
  static double times_s[N_WAYS][MAX_ROUNDS];
  static bench b;
  size_t n_rounds = read_rounds(argc, argv, 1, 11, MAX_ROUNDS);
  bt_error err;
  stop_on(bt_sobol_init(&b.sobol, N_STEPS, &err), &err);
  bt_sobol_scramble(&b.sobol, &stream, 0);
  stop_on(bt_bridge_init(&b.bridge, N_STEPS, &err), &err);
  for (size_t way = 0; way < N_WAYS; way++) (void)run_way(&b, way);
  for (size_t round = 0; round < n_rounds; round++)
    for (size_t way = 0; way < N_WAYS; way++) times_s[way][round] = run_way(&b, way);
  for (size_t way = 0; way < N_WAYS; way++) {
    double median_s = sort_to_median(times_s[way], n_rounds);
    (void)printf("%-34s %10.6f s, fastest %.6f s, %.0f M a second\n", ways[way].name, median_s,
                 times_s[way][0], N_DRAWS / median_s * 1e-6);
  }
  bt_sobol_clear(&b.sobol);
  bt_bridge_clear(&b.bridge);
  return 0;
}
