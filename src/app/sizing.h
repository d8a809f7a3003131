/*
 * app/sizing.h - how a strategy's order size is written: "qty=0.01" or "equity=0.95".
 */
#ifndef APP_SIZING_H
#define APP_SIZING_H
#include <stdint.h>
#include "base/err.h"

struct sizing {
    uint8_t mode;        /* enum size_mode */
    int64_t lots;        /* SIZE_LOTS */
    int64_t fraction_e9; /* SIZE_EQUITY_FRACTION: 0 < f <= 1 */
};

/* ERR_SYNTAX, ERR_RANGE, ERR_PRECISION, with a sentence. */
MUST_USE enum err sizing_parse(const char *text, uint8_t qty_scale, struct sizing *out,
                               struct errtext *detail);

#endif
