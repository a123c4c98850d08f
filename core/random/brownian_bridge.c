#include "core/random/brownian_bridge.h"

#include <math.h>
#include <stdlib.h>

/* Between times left and right the path moves by a sum of increments; the node says how that is
 * divided at the middle. Given the whole, what falls to the left has the mean share x whole, and
 * this deviation. The first node has no middle: it makes the whole of the path. */
struct bt_bridge_node {
  size_t left, middle, right;
  double share, deviation;
};

static void split(struct bt_bridge_node *node)
{
  node->middle = node->left + (node->right - node->left) / 2;
  double before = (double)(node->middle - node->left);
  double after = (double)(node->right - node->middle);
  node->share = before / (before + after);
  node->deviation = sqrt(before * after / (before + after));
}

bt_status bt_bridge_init(bt_bridge *out, size_t n_steps, bt_error *err)
{
  struct bt_bridge_node *nodes = calloc(n_steps, sizeof *nodes);
  if (!nodes) return bt_fail_nomem(err, "Brownian bridge");
  nodes[0] = (struct bt_bridge_node){0, n_steps, n_steps, 1, sqrt((double)n_steps)};
  size_t n_known = 1;
  if (n_steps > 1) nodes[n_known++] = (struct bt_bridge_node){.left = 0, .right = n_steps};
  /* level by level: a node's halves come after all nodes that are known */
  for (size_t k = 1; k < n_steps; k++) {
    struct bt_bridge_node *node = &nodes[k];
    split(node);
    if (node->middle - node->left > 1)
      nodes[n_known++] = (struct bt_bridge_node){.left = node->left, .right = node->middle};
    if (node->right - node->middle > 1)
      nodes[n_known++] = (struct bt_bridge_node){.left = node->middle, .right = node->right};
  }
  *out = (bt_bridge){n_steps, nodes};
  return BT_OK;
}

void bt_bridge_clear(bt_bridge *bridge)
{
  free(bridge->nodes);
  *bridge = (bt_bridge){0, NULL};
}

/* `whole` is in the row of the left end, and becomes what falls to the left. */
static void divide(double *restrict whole, double *restrict right, const double *restrict z,
                   const struct bt_bridge_node *node, size_t n_paths)
{
  for (size_t i = 0; i < n_paths; i++) {
    double left = node->share * whole[i] + node->deviation * z[i];
    right[i] = whole[i] - left;
    whole[i] = left;
  }
}

void bt_bridge_increments(double *increments, const double *z, const bt_bridge *bridge,
                          size_t n_paths)
{
  for (size_t i = 0; i < n_paths; i++) increments[i] = bridge->nodes[0].deviation * z[i];
  for (size_t k = 1; k < bridge->n_steps; k++) {
    const struct bt_bridge_node *node = &bridge->nodes[k];
    divide(increments + node->left * n_paths, increments + node->middle * n_paths, z + k * n_paths,
           node, n_paths);
  }
}
