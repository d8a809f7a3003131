/*
 * engine/reports.h - what venues say: answers and fills. A report is never refused; one that does not fit is
 * told as a discrepancy. Private to the engine.
 */
#ifndef ENGINE_REPORTS_H
#define ENGINE_REPORTS_H
#include "engine/state.h"

void reports_apply(struct step *step, const struct event *input);

#endif
