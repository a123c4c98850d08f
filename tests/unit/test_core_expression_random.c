/* Random conditions, written with as few parentheses as the grammar allows, against a direct
 * evaluation of the tree they were made from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/expression.h"
#include "tests/support/make_bars.h"

enum { N_NAMES = 4, N_NODES = 600, TEXT_SIZE = 16384 };

static const char *const names[N_NAMES] = {"fast", "slow", "a", "a_1"};

/* How close an operator binds; a term of a lower level inside a higher one needs parentheses. */
enum { OR, AND, NOT, COMPARE, SUM, PRODUCT, MINUS, ATOM };

static const struct {
  const char *text;
  int level;
} binary[] = {{"||", OR},     {"&&", AND},     {"<", COMPARE},  {"<=", COMPARE},
              {">", COMPARE}, {">=", COMPARE}, {"==", COMPARE}, {"!=", COMPARE},
              {"+", SUM},     {"-", SUM},      {"*", PRODUCT},  {"/", PRODUCT}};
enum { N_BINARY = sizeof binary / sizeof binary[0] };

typedef struct node {
  int level;
  const char *text;          /* the operator, the number or the name */
  double number;             /* of an atom */
  struct node *left, *right; /* an operator on one value has right alone */
} node;

typedef struct scene {
  test_random random;
  node nodes[N_NODES];
  size_t n_nodes, n_chars;
  double values[N_NAMES];
  char text[TEXT_SIZE];
} scene;

/* ---- trees ----------------------------------------------------------------------------------- */

static node *make_atom(scene *s)
{
  static const char *const numbers[] = {"0", "1", "2", "3", ".5", "2.5e-1", "1E2", "7."};
  static const double values[] = {0, 1, 2, 3, 0.5, 0.25, 100, 7};
  node *n = &s->nodes[s->n_nodes++];
  size_t i = random_below(&s->random, 8), name = random_below(&s->random, N_NAMES);
  bool named = random_below(&s->random, 2) == 0;
  *n = (node){.level = ATOM};
  n->text = named ? names[name] : numbers[i];
  n->number = named ? s->values[name] : values[i];
  return n;
}

static node *make_tree(scene *s, int depth)
{
  size_t choice = random_below(&s->random, 10);
  if (depth == 0 || choice == 0) return make_atom(s);
  node *n = &s->nodes[s->n_nodes++];
  if (choice < 3) {
    *n = (node){.level = choice == 1 ? NOT : MINUS, .text = choice == 1 ? "!" : "-"};
  } else {
    size_t i = random_below(&s->random, N_BINARY);
    *n = (node){.level = binary[i].level, .text = binary[i].text};
    n->left = make_tree(s, depth - 1);
  }
  n->right = make_tree(s, depth - 1);
  return n;
}

static bool holds(double x)
{
  return x < 0 || x > 0;
}

static double combine(const char *op, double a, double b)
{
  bool equals = op[1] == '=';
  switch (op[0]) {
  case '|':
    return holds(a) || holds(b);
  case '&':
    return holds(a) && holds(b);
  case '<':
    return equals ? a <= b : a < b;
  case '>':
    return equals ? a >= b : a > b;
  case '=':
    return a == b;
  case '!':
    return !isnan(a) && !isnan(b) && a != b;
  case '+':
    return a + b;
  case '-':
    return a - b;
  case '*':
    return a * b;
  default:
    return a / b;
  }
}

static double evaluate(const node *n)
{
  if (n->level == ATOM) return n->number;
  double right = evaluate(n->right);
  if (n->level == NOT) return !holds(right);
  if (n->level == MINUS) return -right;
  return combine(n->text, evaluate(n->left), right);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void put(scene *s, const char *text)
{
  if (random_below(&s->random, 4) == 0) s->text[s->n_chars++] = ' ';
  size_t length = strlen(text);
  memcpy(s->text + s->n_chars, text, length + 1);
  s->n_chars += length;
}

static void write_tree(scene *s, const node *n, int least)
{
  bool closed = n->level < least || random_below(&s->random, 12) == 0;
  int left = n->level == COMPARE ? SUM : n->level; /* comparisons do not chain, the others do */
  int right = n->level == NOT ? NOT : n->level == MINUS ? MINUS : n->level + 1;
  if (n->level == AND) right = NOT;
  if (closed) put(s, "(");
  if (n->left) write_tree(s, n->left, left);
  put(s, n->text);
  if (n->right) write_tree(s, n->right, right);
  if (closed) put(s, ")");
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void check_one(scene *s, int depth)
{
  static const double choices[] = {0, 1, -1, 2, 10, 50, 0.25, (double)NAN};
  bt_expression *e = NULL;
  bt_error err;
  s->n_nodes = s->n_chars = 0;
  for (size_t i = 0; i < N_NAMES; i++) s->values[i] = random_choice(&s->random, choices, 8);
  const node *tree = make_tree(s, depth);
  write_tree(s, tree, OR);
  if (bt_expression_new(&e, s->text, names, N_NAMES, &err))
    fail_msg("%s: %s", s->text, err.message);
  double got = bt_expression_value(e, s->values), expected = evaluate(tree);
  bool same = got == expected || (isnan(got) && isnan(expected));
  if (!same || bt_expression_holds(e, s->values) != holds(expected))
    fail_msg("%s: got %g, expected %g", s->text, got, expected);
  bt_expression_free(e);
}

static void random_conditions_mean_what_their_tree_means(void **state)
{
  (void)state;
  static scene s;
  s.random.state = 61;
  for (int round = 0; round < 30000; round++) check_one(&s, 1 + round % 6);
}

/* Cut or stained anywhere, a text still gives an expression or one line with a column. */
static void broken_conditions_are_refused_with_a_column(void **state)
{
  (void)state;
  static scene s;
  static const char stains[] = "()<>=!&|+-*/.eE01a_ \t#,;\"\\\x80\xff";
  size_t n_refused = 0;
  s.random.state = 67;
  for (int round = 0; round < 20000; round++) {
    bt_expression *e = NULL;
    bt_error err;
    size_t n_column = 0;
    s.n_nodes = s.n_chars = 0;
    write_tree(&s, make_tree(&s, 4), OR);
    for (size_t n = 1 + random_below(&s.random, 3); n > 0; n--)
      s.text[random_below(&s.random, s.n_chars)] =
          stains[random_below(&s.random, sizeof stains - 1)];
    if (bt_expression_new(&e, s.text, names, N_NAMES, &err)) {
      n_refused++;
      assert_int_equal(err.status, BT_ERR_USAGE);
      assert_int_equal(sscanf(err.message, "column %zu: ", &n_column), 1);
      assert_true(n_column >= 1 && n_column <= s.n_chars + 1);
      assert_null(e);
    } else {
      (void)bt_expression_value(e, s.values);
    }
    bt_expression_free(e);
  }
  assert_true(n_refused > 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_conditions_mean_what_their_tree_means),
      cmocka_unit_test(broken_conditions_are_refused_with_a_column),
  };
  return cmocka_run_group_tests_name("core/expression, random", tests, NULL, NULL);
}
