/* risk/trading_halt.c - while entries are blocked, only what reduces a position passes. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    (void)denial; /* there is no nearest value: a person resumes trading */
    return view->account->halt == HALT_NONE || view->reducing;
}

const struct risk_rule risk_trading_halt = {
    .name = "trading_halted",
    .problem = "entries are blocked by a person or a circuit breaker",
    .remedy = "resume trading (`tradewind resume`), or send an order that reduces",
    .allows = allows,
};
