#include "core/expression.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "core/number.h"
#include "core/suggest.h"

/* Compiled to postfix: each step works on a stack of doubles. */
typedef enum step_kind {
  STEP_NUMBER,
  STEP_NAME,
  STEP_NEGATE,
  STEP_NOT,
  STEP_ADD,
  STEP_SUBTRACT,
  STEP_MULTIPLY,
  STEP_DIVIDE,
  STEP_LESS,
  STEP_LESS_EQUAL,
  STEP_GREATER,
  STEP_GREATER_EQUAL,
  STEP_EQUAL,
  STEP_NOT_EQUAL,
  STEP_AND,
  STEP_OR
} step_kind;

typedef struct step {
  step_kind kind;
  double number;
  size_t name;
} step;

enum { DEPTH_MOST = 64 }; /* of nested operands, and of the stack */

struct bt_expression {
  size_t n_steps;
  step *steps;
};

typedef struct parser {
  const char *text, *at;
  const char *const *names;
  size_t n_names;
  bt_expression *out;
  size_t capacity;  /* steps allocated */
  int depth, stack; /* open operands; values on the stack after the steps so far */
  bt_error *err;
} parser;

/* Binary operators by level, loosest first; a comparison does not chain. */
typedef struct operator_row {
  const char *text;
  step_kind kind;
  int level;
} operator_row;

enum { LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT, N_LEVELS };

static const operator_row operators[] = {
    {"||", STEP_OR, LEVEL_OR},
    {"&&", STEP_AND, LEVEL_AND},
    {"<=", STEP_LESS_EQUAL, LEVEL_COMPARE},
    {">=", STEP_GREATER_EQUAL, LEVEL_COMPARE},
    {"==", STEP_EQUAL, LEVEL_COMPARE},
    {"!=", STEP_NOT_EQUAL, LEVEL_COMPARE},
    {"<", STEP_LESS, LEVEL_COMPARE},
    {">", STEP_GREATER, LEVEL_COMPARE},
    {"+", STEP_ADD, LEVEL_SUM},
    {"-", STEP_SUBTRACT, LEVEL_SUM},
    {"*", STEP_MULTIPLY, LEVEL_PRODUCT},
    {"/", STEP_DIVIDE, LEVEL_PRODUCT},
};

static bool begins_name(char c)
{
  return bt_char_is_letter(c) || c == '_';
}

static size_t column(const parser *p)
{
  return (size_t)(p->at - p->text) + 1;
}

static void skip_blanks(parser *p)
{
  while (*p->at == ' ' || *p->at == '\t') p->at++;
}

/* Appends a step that changes the height of the stack by `change`: 1 for a value, 0 for an operator
 * on one value, -1 on two. */
static bt_status emit(parser *p, step s, int change)
{
  bt_expression *e = p->out;
  if (e->n_steps == p->capacity) {
    size_t capacity = p->capacity ? 2 * p->capacity : 16;
    step *steps = realloc(e->steps, capacity * sizeof *steps);
    if (!steps) return bt_fail_nomem(p->err, "expression");
    e->steps = steps;
    p->capacity = capacity;
  }
  e->steps[e->n_steps++] = s;
  p->stack += change;
  if (p->stack > DEPTH_MOST)
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: too deeply nested", column(p));
  return BT_OK;
}

static bt_status parse_level(parser *p, int level);

static bt_status parse_number(parser *p)
{
  char text[64];
  double value = 0;
  size_t n = strspn(p->at, "0123456789.");
  if (n > 0 && (p->at[n] == 'e' || p->at[n] == 'E')) {
    size_t sign = p->at[n + 1] == '-' || p->at[n + 1] == '+';
    size_t digits = strspn(p->at + n + 1 + sign, "0123456789");
    if (digits > 0) n += 1 + sign + digits;
  }
  if (n >= sizeof text)
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: the number is too long", column(p));
  memcpy(text, p->at, n);
  text[n] = '\0';
  if (!bt_number_parse(&value, text))
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: '%s' is not a number", column(p), text);
  bt_status status = emit(p, (step){.kind = STEP_NUMBER, .number = value}, 1);
  p->at += n;
  return status;
}

/* Says what stands at p->at instead of `expected`, a UTF-8 character as a whole. */
static bt_status fail_unexpected(parser *p, const char *expected)
{
  int n = 1;
  if ((unsigned char)*p->at >= 0xC0)
    while (n < 4 && ((unsigned char)p->at[n] & 0xC0) == 0x80) n++;
  const char *hint = *p->at == '='                    ? " (equality is ==)"
                     : *p->at == '&' || *p->at == '|' ? " (and is &&, or is ||)"
                                                      : "";
  return bt_fail(p->err, BT_ERR_USAGE, "column %zu: '%.*s' where %s is expected%s", column(p), n,
                 p->at, expected, hint);
}

static bt_status fail_unknown_name(parser *p, size_t length)
{
  char name[64];
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
                 p->at);
  const char *nearest = bt_suggest(name, p->names, p->n_names);
  if (nearest)
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: unknown name '%s'; did you mean '%s'?",
                   column(p), name, nearest);
  return bt_fail(p->err, BT_ERR_USAGE, "column %zu: unknown name '%s'", column(p), name);
}

static bool is_name(const char *name, const char *text, size_t length)
{
  return strncmp(name, text, length) == 0 && name[length] == '\0';
}

static bt_status parse_name(parser *p)
{
  size_t length = 0, i = 0;
  while (begins_name(p->at[length]) || bt_char_is_digit(p->at[length])) length++;
  while (i < p->n_names && !is_name(p->names[i], p->at, length)) i++;
  if (i == p->n_names) return fail_unknown_name(p, length);
  bt_status status = emit(p, (step){.kind = STEP_NAME, .name = i}, 1);
  p->at += length;
  return status;
}

static bt_status parse_parentheses(parser *p)
{
  size_t opened = column(p);
  p->at++;
  bt_status status = parse_level(p, LEVEL_OR);
  if (status) return status;
  skip_blanks(p);
  if (*p->at != ')')
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: the ( of column %zu is not closed", column(p),
                   opened);
  p->at++;
  return BT_OK;
}

/* A number, a name, ( ), or one of them behind - or !. */
static bt_status parse_operand(parser *p)
{
  skip_blanks(p);
  bool negate = *p->at == '-', invert = *p->at == '!';
  if (++p->depth > DEPTH_MOST)
    return bt_fail(p->err, BT_ERR_USAGE, "column %zu: too deeply nested", column(p));
  bt_status status = BT_OK;
  if (negate || invert) {
    p->at++;
    /* ! reaches over a comparison, - binds closer than any operator */
    status = invert ? parse_level(p, LEVEL_COMPARE) : parse_operand(p);
    if (!status) status = emit(p, (step){.kind = negate ? STEP_NEGATE : STEP_NOT}, 0);
  } else if (*p->at == '(') {
    status = parse_parentheses(p);
  } else if (begins_name(*p->at)) {
    status = parse_name(p);
  } else if (bt_char_is_digit(*p->at) || *p->at == '.') {
    status = parse_number(p);
  } else if (*p->at == '\0') {
    status = bt_fail(p->err, BT_ERR_USAGE, "column %zu: ends where a value is expected", column(p));
  } else {
    status = fail_unexpected(p, "a value");
  }
  p->depth--;
  return status;
}

static const operator_row *match_operator(const parser *p, int level)
{
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
    if (strncmp(p->at, operators[i].text, strlen(operators[i].text)) == 0)
      return operators[i].level == level ? &operators[i] : NULL;
  return NULL;
}

static bt_status parse_level(parser *p, int level)
{
  if (level == N_LEVELS) return parse_operand(p);
  bt_status status = parse_level(p, level + 1);
  for (int count = 0; !status; count++) {
    skip_blanks(p);
    const operator_row *row = match_operator(p, level);
    if (!row) break;
    if (level == LEVEL_COMPARE && count > 0)
      return bt_fail(p->err, BT_ERR_USAGE, "column %zu: comparisons do not chain; use &&",
                     column(p));
    p->at += strlen(row->text);
    status = parse_level(p, level + 1);
    if (!status) status = emit(p, (step){.kind = row->kind}, -1);
  }
  return status;
}

bt_status bt_expression_new(bt_expression **out, const char *text, const char *const *names,
                            size_t n_names, bt_error *err)
{
  bt_expression *e = calloc(1, sizeof *e);
  if (!e) return bt_fail_nomem(err, "expression");
  parser p = {.text = text, .at = text, .names = names, .n_names = n_names, .out = e, .err = err};
  bt_status status = parse_level(&p, LEVEL_OR);
  if (!status && *p.at != '\0') status = fail_unexpected(&p, "an operator");
  if (status)
    bt_expression_free(e);
  else
    *out = e;
  return status;
}

void bt_expression_free(bt_expression *expression)
{
  if (!expression) return;
  free(expression->steps);
  free(expression);
}

static bool is_true(double value)
{
  return value != 0 && !isnan(value);
}

static double apply(step_kind kind, double a, double b)
{
  switch (kind) {
  case STEP_ADD:
    return a + b;
  case STEP_SUBTRACT:
    return a - b;
  case STEP_MULTIPLY:
    return a * b;
  case STEP_DIVIDE:
    return a / b;
  case STEP_LESS:
    return a < b;
  case STEP_LESS_EQUAL:
    return a <= b;
  case STEP_GREATER:
    return a > b;
  case STEP_GREATER_EQUAL:
    return a >= b;
  case STEP_EQUAL:
    return a == b;
  case STEP_NOT_EQUAL:
    return a < b || a > b; /* false with NaN */
  case STEP_AND:
    return is_true(a) && is_true(b);
  case STEP_OR:
    return is_true(a) || is_true(b);
  default:
    return (double)NAN; /* the others take one operand */
  }
}

bool bt_expression_uses(const bt_expression *expression, size_t name)
{
  for (size_t i = 0; i < expression->n_steps; i++)
    if (expression->steps[i].kind == STEP_NAME && expression->steps[i].name == name) return true;
  return false;
}

double bt_expression_value(const bt_expression *expression, const double *values)
{
  double stack[DEPTH_MOST + 1];
  size_t top = 0; /* values on the stack */
  for (size_t i = 0; i < expression->n_steps; i++) {
    const step *s = &expression->steps[i];
    if (s->kind == STEP_NUMBER || s->kind == STEP_NAME) {
      stack[top++] = s->kind == STEP_NUMBER ? s->number : values[s->name];
    } else if (s->kind == STEP_NEGATE) {
      stack[top - 1] = -stack[top - 1];
    } else if (s->kind == STEP_NOT) {
      stack[top - 1] = !is_true(stack[top - 1]);
    } else {
      top--;
      stack[top - 1] = apply(s->kind, stack[top - 1], stack[top]);
    }
  }
  return stack[0];
}

bool bt_expression_holds(const bt_expression *expression, const double *values)
{
  return is_true(bt_expression_value(expression, values));
}
