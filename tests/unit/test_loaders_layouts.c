/* Each layout once, and what detection must tell apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/time.h"
#include "tests/support/load_scene.h"

/* Two bars each: closes 11 and 12.5, the first open 10, the first high 13, the first volume as
 * told. `first` is the wall clock of the first bar. */
static const struct {
  const char *layout, *text, *first;
  double volume; /* NaN: none */
} samples[] = {
    {"yahoo",
     "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,10,13,9,11,11,100\n"
     "2020-01-03,11,13,11,12.5,12.5,200\n",
     "2020-01-02", 100},
    {"yfinance",
     "Price,Close,High,Low,Open,Volume\nTicker,X,X,X,X,X\nDate,,,,,\n2020-01-02,11,13,9,10,100\n"
     "2020-01-03,12.5,13,11,11,200\n",
     "2020-01-02", 100},
    {"yfinance",
     "Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits\n"
     "2020-01-02 09:30:00-05:00,10,13,9,11,100,0.0,0.0\n"
     "2020-01-02 09:31:00-05:00,11,13,11,12.5,200,0.0,0.0\n",
     "2020-01-02T09:30:00", 100},
    {"datareader",
     "Attributes,Close,High,Low,Open,Volume\nSymbols,^X,^X,^X,^X,^X\nDate,,,,,\n"
     "2020-01-03,12.5,13,11,11,200\n2020-01-02,11,13,9,10,100\n",
     "2020-01-02", 100},
    {"stooq",
     "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\r\n"
     "X.US,D,20200102,000000,10,13,9,11,100,0\r\nX.US,D,20200103,000000,11,13,11,12.5,200,0\r\n",
     "2020-01-02", 100},
    {"kaggle",
     "date,open,high,low,close,volume,Name\n2020-01-02,10,13,9,11,100,X\n"
     "2020-01-03,11,13,11,12.5,200,X\n",
     "2020-01-02", 100},
    {"tiingo",
     "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,"
     "splitFactor\n"
     "2020-01-02T00:00:00.000Z,11,13,9,10,100,11,13,9,10,100,0.0,1.0\n"
     "2020-01-03T00:00:00.000Z,12.5,13,11,11,200,12.5,13,11,11,200,0.0,1.0\n",
     "2020-01-02", 100},
    {"alphavantage",
     "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n"
     "2020-01-03,11,13,11,12.5,12.5,200,0.0,1.0\n2020-01-02,10,13,9,11,11,100,0.0,1.0\n",
     "2020-01-02", 100},
    {"nasdaq",
     "Date,Close/Last,Volume,Open,High,Low\n01/03/2020,$12.5,200,$11,$13,$11\n"
     "01/02/2020,$11,100,$10,$13,$9\n",
     "2020-01-02", 100},
    {"investing",
     "\xef\xbb\xbf\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\n"
     "\"Jan 03, 2020\",\"12.50\",\"11.00\",\"13.00\",\"11.00\",\"0.20K\",\"1%\"\n"
     "\"Jan 02, 2020\",\"11.00\",\"10.00\",\"13.00\",\"9.00\",\"0.10K\",\"1%\"\n",
     "2020-01-02", 100},
    {"mt5",
     "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
     "2020.01.02\t10:00:00\t10\t13\t9\t11\t100\t0\t2\n2020.01.02\t10:15:00\t11\t13\t11\t12."
     "5\t9\t0\t2\n",
     "2020-01-02T10:00:00", 100},
    {"cryptodatadownload",
     "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume X,Volume "
     "USD\n"
     "1577923200000,2020-01-02 00:00:00,X/USD,11,13,11,12.5,200,1\n"
     "1577919600.0,2020-01-01 11-PM,X/USD,10,13,9,11,100,1\n",
     "2020-01-01T23:00:00", 100},
    {"binance",
     "open_time,open,high,low,close,volume,close_time,quote_volume,count\n"
     "1577919600000,10,13,9,11,100,1577923199999,1,1\n"
     "1577923200000,11,13,11,12.5,200,1577926799999,1,1\n",
     "2020-01-01T23:00:00", 100},
    {"binance-klines",
     "1577919600000000,10,13,9,11,100,1577923199999999,1,1,1,1,0\n"
     "1577923200000000,11,13,11,12.5,200,1577926799999999,1,1,1,1,0\n",
     "2020-01-01T23:00:00", 100},
    {"polygon",
     "ticker,volume,open,close,high,low,window_start,transactions\n"
     "X,100,10,11,13,9,1577919600000000000,1\nX,200,11,12.5,13,11,1577923200000000000,1\n",
     "2020-01-01T23:00:00", 100},
    {"dukascopy",
     "Local time,Open,High,Low,Close,Volume\n02.01.2020 00:00:00.000 GMT+0800,10,13,9,11,100\n"
     "02.01.2020 01:00:00.000 GMT+0800,11,13,11,12.5,200\n",
     "2020-01-02", 100},
    {"mt4", "2020.01.02,10:00,10,13,9,11,100\n2020.01.02,11:00,11,13,11,12.5,200\n",
     "2020-01-02T10:00:00", 100},
    {"kraken", "1577919600,10.0,13.0,9.0,11.0,100.0,3\n1577923200,11.0,13.0,11.0,12.5,200.0,4\n",
     "2020-01-01T23:00:00", 100},
    {"plain", "20200102 100000;10;13;9;11;100\n20200102 100100;11;13;11;12.5;200\n",
     "2020-01-02T10:00:00", 100},
    {"plain", "20200102|10|13|9|11\n20200103|11|13|11|12.5\n", "2020-01-02", (double)NAN},
    {"quantquote", "20200102,0,10,13,9,11,100\n20200103,0,11,13,11,12.5,200\n", "2020-01-02", 100},
    {"quantquote", "20200102,930,10,13,9,11,100.5,1,0,0\n20200102,1430,11,13,11,12.5,9.1,1,0,0\n",
     "2020-01-02T09:30:00", 100.5},
    {"quantquote", "X,5,20200102,900,10,13,9,11,100\nX,5,20200102,905,11,13,11,12.5,9\n",
     "2020-01-02T09:00:00", 100},
    {"plain", "Thu,2020-01-02,10,13,9,11,100\nFri,2020-01-03,11,13,11,12.5,200\n", "2020-01-02",
     100},
    {"plain", "X,20200102,10,13,9,11,100\nX,20200103,11,13,11,12.5,200\n", "2020-01-02", 100},
    {"plain", "X.US,5,20200102,100000,10,13,9,11,100,0\nX.US,5,20200102,100500,11,13,11,12.5,9,0\n",
     "2020-01-02T10:00:00", 100},
    {"generic",
     ",Open,High,Low,Close,Volume\n2020-01-02,10,13,9,11,100\n2020-01-03,11,13,11,12.5,2\n",
     "2020-01-02", 100},
    {"generic",
     ",date,open,high,low,close,volume\n0,2020-01-02,10,13,9,11,100\n1,2020-01-03,11,13,11,12.5,"
     "2\n",
     "2020-01-02", 100},
    {"generic", "Open,High,Low,Close\n2020-01-02,10,13,9,11\n2020-01-03,11,13,11,12.5\n",
     "2020-01-02", (double)NAN},
    {"generic",
     "Close , Volume , Zeitstempel , High , Low , Open\n11,100,2020-01-02 10:00,13,9,10\n"
     "12.5,200,2020-01-02 11:00,13,11,11\n",
     "2020-01-02T10:00:00", 100},
    {"generic",
     "Date,Time,Open,High,Low,Close,Volume\n2020-01-02,9:30 AM,10,13,9,11,100\n"
     "2020-01-02,1:30 PM,11,13,11,12.5,200\n",
     "2020-01-02T09:30:00", 100},
    {"generic",
     "date,time,open,high,low,close\n2020-01-02,1577919600,10,13,9,11\n"
     "2020-01-02,1577923200,11,13,11,12.5\n",
     "2020-01-01T23:00:00", (double)NAN},
    {"generic",
     "Date,X.Open,X.High,X.Low,X.Close,X.Volume,X.Adjusted\n2020-01-02,10,13,9,11,100,11\n"
     "2020-01-03,11,13,11,12.5,200,12.5\n",
     "2020-01-02", 100},
    {"generic",
     "Index,Start Date,Open Price,High Price,Low Price,Close Price,Volume,End Date\n"
     "0,2020-01-02 10:00:00,10,13,9,11,100,2020-01-02 10:59:59.999\n"
     "1,2020-01-02 11:00:00,11,13,11,12.5,200,2020-01-02 11:59:59.999\n",
     "2020-01-02T10:00:00", 100},
    {"generic",
     "Datum;Er\xc3\xb6"
     "ffnung;Hoch;Tief;Schluss;Volumen\r\n02.01.2020;10,00;13,00;9,00;11,00;1.000\r\n"
     "31.01.2020;11,00;13,00;11,00;12,50;2.000.000\r\n",
     "2020-01-02", 1000},
    {"generic",
     "Datum;Er\xf6"
     "ffnung;Hoch;Tief;Schluss\n02.01.2020;10,0;13,0;9,0;11,0\n"
     "31.01.2020;11,0;13,0;11,0;12,5\n",
     "2020-01-02", (double)NAN},
    {"generic",
     "\"Data\",\"\xc3\x9altimo\",\"Abertura\",\"M\xc3\xa1xima\",\"M\xc3\xadnima\",\"Vol.\",\"Var%"
     "\"\n"
     "\"31.01.2020\",\"12,50\",\"11,00\",\"13,00\",\"11,00\",\"0,20K\",\"1,81%\"\n"
     "\"02.01.2020\",\"11,00\",\"10,00\",\"13,00\",\"9,00\",\"0,10K\",\"1,81%\"\n",
     "2020-01-02", 100},
    {"generic",
     "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen\n2020-01-02,10,13,9,11,100\n"
     "2020-01-03,11,13,11,12.5,200\n",
     "2020-01-02", 100},
    {"generic",
     "sep=;\nDate;Open;High;Low;Close;Volume\n2020-01-02;10;13;9;11;100\n2020-01-03;11;13;11;12.5;"
     "2\n",
     "2020-01-02", 100},
    {"generic",
     "# Ticker: X\n# Bars: 2\nPrices of "
     "X\nDate,Open,High,Low,Close,Volume\n2020-01-02,10,13,9,11,100\n"
     "2020-01-03,11,13,11,12.5,200\n",
     "2020-01-02", 100},
    {"generic",
     "Symbol|Trade Date|1. open|2. high|3. low|4. close|5. volume|\nX|1/2/2020 "
     "0:00|10|13|9|11|100|\n"
     "X|1/13/2020 0:00|11|13|11|12.5|200|\n",
     "2020-01-02", 100},
};

static void every_layout_is_found_and_read(void **state)
{
  load_scene *s = *state;
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    char first[BT_TIME_TEXT_SIZE];
    load_text(s, samples[i].text);
    if (s->report.rejected) fail_msg("%s: %s", samples[i].layout, s->report.reason);
    assert_string_equal(s->report.layout, samples[i].layout);
    assert_int_equal(s->report.n_bars, 2);
    assert_int_equal(s->report.rows_skipped, 0);
    const bt_bars *b = s->bars;
    if (b->open[0] != 10 || b->high[0] != 13 || b->low[0] != 9 || b->close[0] != 11)
      fail_msg("sample %zu: %g %g %g %g", i, b->open[0], b->high[0], b->low[0], b->close[0]);
    assert_true(b->close[1] == 12.5);
    assert_true(isnan(samples[i].volume) ? isnan(b->volume[0]) : b->volume[0] == samples[i].volume);
    bt_time_format(first, s->report.first_local_ns, true);
    assert_string_equal(first, samples[i].first);
  }
}

/* Every row of the table of layouts has its sample above (dmy, mdy and ymd have tests of their
 * own). */
static void every_layout_has_a_sample(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_layout_count(); i++) {
    bt_layout_info info = bt_layout_at(i);
    bool found = strlen(info.name) == 3 && strspn(info.name, "dmy") == 3;
    for (size_t k = 0; k < sizeof samples / sizeof samples[0] && !found; k++)
      found = strcmp(samples[k].layout, info.name) == 0;
    if (!found) fail_msg("layout %s has no sample", info.name);
    assert_true(strlen(info.summary) > 10);
    assert_true(bt_layout_exists(info.name));
    for (size_t k = 0; k < i; k++) assert_string_not_equal(bt_layout_at(k).name, info.name);
  }
  assert_true(bt_layout_exists("auto"));
  assert_false(bt_layout_exists("yahoo!"));
  assert_false(bt_layout_exists(""));
}

static void a_layout_that_is_named_is_the_only_one_tried(void **state)
{
  load_scene *s = *state;
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    s->options.layout = samples[i].layout;
    load_text(s, samples[i].text);
    if (s->report.rejected) fail_msg("%s: %s", samples[i].layout, s->report.reason);
    assert_string_equal(s->report.layout, samples[i].layout);
  }
  s->options.layout = "yahoo";
  load_text(s, "Date,Open,High,Low,Close\n2020-01-02,1,1,1,1\n");
  assert_true(s->report.rejected);
  assert_non_null(strstr(s->report.reason, ":1: not of layout yahoo: the row begins with 'Date'"));
}

/* Nasdaq.com writes the month first, always; Dukascopy the day. */
static void a_vendor_with_one_order_of_dates_is_not_ambiguous(void **state)
{
  load_scene *s = *state;
  load_text(s, "Date,Close/Last,Volume,Open,High,Low\n03/04/2020,$1,2,$1,$1,$1\n");
  assert_false(s->report.rejected);
  char text[BT_TIME_TEXT_SIZE];
  assert_string_equal(bt_time_format(text, s->report.first_ns, true), "2020-03-04");
  load_text(s, "Gmt time,Open,High,Low,Close,Volume\n03.04.2020 00:00:00.000,1,1,1,1,1\n");
  assert_string_equal(bt_time_format(text, s->report.first_ns, true), "2020-04-03");
  load_text(s, "\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\n"
               "\"03/04/2020\",\"1\",\"1\",\"1\",\"1\",\"\",\"0%\"\n");
  assert_true(s->report.rejected);
}

/* 1,234 may be grouped or have three decimals: the other numbers of the file tell. */
static void the_decimal_mark_is_that_of_the_whole_file(void **state)
{
  load_scene *s = *state;
  load_text(s,
            "Date;Open;High;Low;Close\n2020-01-02;1,234;1,234;1,234;1,234\n2020-01-03;1,5;2;1;2\n");
  assert_true(s->bars->close[0] == 1.234);
  load_text(s, "Date,Open,High,Low,Close\n2020-01-02,\"1,234\",\"1,234\",\"1,234\",\"1,234\"\n"
               "2020-01-03,\"1,234.50\",\"1,234.50\",\"1,234.50\",\"1,234.50\"\n");
  assert_true(s->bars->close[0] == 1234);
  load_text(s, "Date\tOpen\tHigh\tLow\tClose\n2020-01-02\t1.234,5\t1.234,5\t1.234,5\t1.234,5\n");
  assert_true(s->bars->close[0] == 1234.5);
}

/* Whole numbers first: the head of the file shows no mark. */
static void a_number_far_down_shows_the_decimal_mark(void **state)
{
  static const struct {
    char separator, quote;
    const char *whole, *marked;
    double close;
  } files[] = {{';', ' ', "10", "10,125", 10.125}, {'\t', ' ', "10", "10,125", 10.125},
               {',', '"', "10", "10,125", 10.125}, {';', ' ', "998", "1,002", 1002},
               {'\t', ' ', "998", "1,002", 1002},  {',', '"', "998", "1,002", 1002},
               {';', ' ', "10", "10,5", 10.5},     {';', ' ', "10", "10.125", 10.125}};
  load_scene *s = *state;
  for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
    char text[4096], c = files[f].separator, q = files[f].quote;
    int used = sprintf(text, "Date%cOpen%cHigh%cLow%cClose\n", c, c, c, c);
    for (int i = 0; i < 45; i++) {
      const char *price = i < 40 ? files[f].whole : files[f].marked;
      used +=
          sprintf(text + used, "2020-%02d-%02d%c%c%s%c", i / 28 + 1, i % 28 + 1, c, q, price, q);
      for (int k = 0; k < 3; k++) used += sprintf(text + used, "%c%c%s%c", c, q, price, q);
      used += sprintf(text + used, "\n");
    }
    load_text(s, text);
    if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
    assert_int_equal(s->report.n_bars, 45);
    if (s->bars->close[44] != files[f].close)
      fail_msg("%s behind %s with '%c' is %g", files[f].marked, files[f].whole, c,
               s->bars->close[44]);
  }
}

/* Commas in the numbers split lines more evenly than what stands between the fields. */
static void a_separator_with_which_no_layout_fits_is_none(void **state)
{
  load_scene *s = *state;
  load_text(s, "Date\tOpen\tHigh\tLow\tClose\tAdj Close\tVolume\n"
               "Jan 04, 2021\t3,764.61\t3,769.99\t3,662.71\t3,700.65\t3,700.65\t5,006,680,000\n"
               "Jan 05, 2021\t3,698.02\t3,737.83\t3,695.07\t3,726.86\t3,726.86\t4,582,620,000\n");
  assert_false(s->report.rejected);
  assert_true(s->bars->close[0] == 3700.65 && s->bars->volume[1] == 4582620000);
  load_text(s, "Date;Open;High;Low;Close;Volume\n"
               "2021-01-04;1,234.56;1,300.00;1,200.00;1,250.00;12,345,678\n"
               "2021-01-05;1,250.00;1,300.00;1,200.00;1,251.00;12,345,679\n");
  assert_false(s->report.rejected);
  assert_true(s->bars->close[1] == 1251 && s->bars->volume[0] == 12345678);
  load_text(s, "2021-01-04|1,234.56|1,300.00|1,200.00|1,250.00|12,345,678\n"
               "2021-01-05|1,250.00|1,300.00|1,200.00|1,251.00|12,345,679\n");
  assert_false(s->report.rejected);
  assert_true(s->bars->close[1] == 1251);
  /* of several reasons the one that knows most of a header */
  load_text(s, "Date;Open;High;Low;Volume\n2021-01-04;1,234.56;1,300.00;1,200.00;12,345,678\n");
  assert_non_null(strstr(s->report.reason, ":1: no column for close among Date, Open, High"));
}

/* Rows of a file with a header are never taken for rows of one without. */
static void a_header_that_lacks_a_price_is_not_passed_over(void **state)
{
  load_scene *s = *state;
  load_text(s, "Date,Open,High,Low,Volume\n2020-01-02,10,13,9,11\n2020-01-03,11,13,11,12\n");
  assert_true(s->report.rejected);
  load_text(s, "Date,Spread,Yield,Rate,Points\n2020-01-02,10,13,9,11\n2020-01-03,11,13,11,12\n");
  assert_true(s->report.rejected);
}

static void a_column_name_may_be_quoted_and_hold_a_line_end(void **state)
{
  load_scene *s = *state;
  load_text(s, "\"Date\",\"Open\nPrice\",\"High\nPrice\",\"Low\nPrice\",\"Close\nPrice\"\n"
               "2020-01-02,10,13,9,11\n2020-01-03,11,13,11,x\n");
  assert_true(s->report.rejected);
  assert_non_null(strstr(s->report.reason, ":7: 1 of 2 rows"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(every_layout_is_found_and_read),
      CASE(every_layout_has_a_sample),
      CASE(a_layout_that_is_named_is_the_only_one_tried),
      CASE(a_vendor_with_one_order_of_dates_is_not_ambiguous),
      CASE(the_decimal_mark_is_that_of_the_whole_file),
      CASE(a_number_far_down_shows_the_decimal_mark),
      CASE(a_separator_with_which_no_layout_fits_is_none),
      CASE(a_header_that_lacks_a_price_is_not_passed_over),
      CASE(a_column_name_may_be_quoted_and_hold_a_line_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
