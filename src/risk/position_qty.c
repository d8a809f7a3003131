/* risk/position_qty.c - refuses what could carry the position past the limit. Open orders count; what
 * brings it nearer to zero passes. */
#include <stdlib.h>
#include "risk/exposure.h"
#include "risk/limits.h"
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    if (view->limits->position_qty_max_e8 == 0 || view->reducing)
        return true;
    int64_t limit = limit_lots(view->limits->position_qty_max_e8, view->instrument);
    int64_t before = exposure_before(view), after = exposure_after(view);
    if (llabs(after) <= limit || llabs(after) < llabs(before))
        return true;
    denial->limit = limit;
    denial->nearest = exposure_room(view, limit);
    return false;
}

const struct risk_rule risk_position_qty = {
    .name = "position_qty",
    .problem = "with every open order filled, the position would be above risk.position_qty_max",
    .limit_unit = RISK_UNIT_LOTS,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};
