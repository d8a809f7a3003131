#include "app/sizing.h"
#include <string.h>
#include "base/num.h"
#include "model/order.h"

enum err sizing_parse(const char *text, uint8_t qty_scale, struct sizing *out,
                      struct errtext *detail)
{
    static const char qty[] = "qty=", equity[] = "equity=";
    int64_t number = 0;
    enum err err = ERR_SYNTAX;
    if (strncmp(text, qty, sizeof qty - 1) == 0) {
        const char *digits = text + sizeof qty - 1;
        err = num_parse(digits, strlen(digits), qty_scale, &number);
        if (!err && number > 0) {
            *out = (struct sizing){ .mode = SIZE_LOTS, .lots = number };
            return OK;
        }
    } else if (strncmp(text, equity, sizeof equity - 1) == 0) {
        const char *digits = text + sizeof equity - 1;
        err = num_parse(digits, strlen(digits), 9, &number);
        if (!err && number > 0 && number <= num_pow10(9)) {
            *out = (struct sizing){ .mode = SIZE_EQUITY_FRACTION, .fraction_e9 = number };
            return OK;
        }
    }
    return errtext_set(detail, err ? err : ERR_RANGE,
                       "'%s' is no order size; write qty=0.01 (base units, at most %d decimals) or "
                       "equity=0.95 (a share of the free balance, above 0 and at most 1)",
                       text, qty_scale);
}
