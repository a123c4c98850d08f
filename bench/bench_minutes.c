/* bench_minutes - writes a universe of minute bars.
 *
 *     bench_minutes DIR TICKERS BARS
 *
 * Files in DIR and their list DIR.txt: 390 bars a day from 09:30 on business days from 2000-01-03
 * on, prices that end on 0.0001 and are the same for the same arguments.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/bench.h"
#include "core/random/streams.h"
#include "core/time.h"

enum { BARS_A_DAY = 390, OPENS_AT = 570, FRIDAY = 4, PATH_SIZE = 512 };

static double round_price(double price)
{
  return nearbyint(price * 10000) / 10000;
}

static void write_bar(FILE *file, uint64_t ticker, uint64_t t, bt_date date, double *price)
{
  int minute = OPENS_AT + (int)(t % BARS_A_DAY);
  double open = *price;
  *price = fmax(0.01, round_price(open * exp(0.0005 * bt_random_normal(ticker, 1, t))));
  double edge = round_price(0.0002 * open * fabs(bt_random_normal(ticker, 2, t)));
  (void)fprintf(file, "%04d-%02d-%02d %02d:%02d:00,%.4f,%.4f,%.4f,%.4f,%d\n", date.year, date.month,
                date.day, minute / 60, minute % 60, open, fmax(open, *price) + edge,
                fmax(0.0001, fmin(open, *price) - edge), *price, 1000 + (int)(t % 997));
}

static void write_ticker(const char *folder, uint64_t ticker, uint64_t n_bars)
{
  char path[PATH_SIZE];
  double price = 100;
  int64_t day = bt_date_to_days((bt_date){2000, 1, 3});
  (void)snprintf(path, sizeof path, "%s/M%04u.csv", folder, (unsigned)ticker);
  FILE *file = fopen(path, "w");
  if (!file) {
    perror(path);
    exit(1);
  }
  (void)fprintf(file, "Date,Open,High,Low,Close,Volume\n");
  for (uint64_t t = 0; t < n_bars; t++) {
    if (t > 0 && t % BARS_A_DAY == 0) day++;
    while (bt_time_weekday(day * BT_NS_PER_DAY) > FRIDAY) day++;
    write_bar(file, ticker, t, bt_date_from_days(day), &price);
  }
  if (fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

int main(int argc, char **argv)
{
  char path[PATH_SIZE];
  if (argc != 4) {
    (void)fprintf(stderr, "usage: bench_minutes DIR TICKERS BARS\n");
    return 2;
  }
  uint64_t n_tickers = strtoul(argv[2], NULL, 10), n_bars = strtoul(argv[3], NULL, 10);
  (void)mkdir(argv[1], 0777); /* there already: what follows says whether it serves */
  (void)snprintf(path, sizeof path, "%s.txt", argv[1]);
  for (uint64_t i = 1; i <= n_tickers; i++) write_ticker(argv[1], i, n_bars);
  FILE *list = fopen(path, "w");
  for (uint64_t i = 1; list && i <= n_tickers; i++) (void)fprintf(list, "M%04u\n", (unsigned)i);
  if (!list || fclose(list) != 0) {
    perror(path);
    return 1;
  }
  return 0;
}
