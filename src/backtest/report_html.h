/*
 * backtest/report_html.h - a result as one page for a browser: charts, tables, metrics, assumptions.
 *
 * One file that asks for nothing: styles and drawings are inside, there is no script, and its own content
 * policy forbids every load. The same result gives the same bytes. What is not ours (names, paths) is
 * escaped.
 */
#ifndef BACKTEST_REPORT_HTML_H
#define BACKTEST_REPORT_HTML_H
#include "backtest/backtest.h"

/* Writes the file whole or not at all. ERR_IO, ERR_NO_SPACE, ERR_DENIED, ERR_SIZE, ERR_MEMORY with a
 * sentence. */
MUST_USE enum err report_html_write(const struct backtest_result *result, const char *path,
                                    struct errtext *detail);

#endif
