/*
 * backtest/replay.h - decides a journal again, input by input, and compares every byte.
 *
 * Recovery trusts what was recorded; this asks whether today's program would decide the same. It needs
 * a journal from its first record on, the limits the engine ran with, and the engine's version.
 */
#ifndef BACKTEST_REPLAY_H
#define BACKTEST_REPLAY_H
#include "base/err.h"
#include "engine/engine.h"
#include "store/file_ops.h"

struct replay_report {
    uint64_t batches, records, last_seq; /* that were the same */
    uint64_t state_hash;                 /* of the engine, after the last batch decided */
    bool same;                           /* false: what follows tells the first difference */
    uint64_t different_seq;
    char difference[ERRTEXT_MAX];
};

/* OK with report->same false is a difference. ERR_UNSUPPORTED: the journal does not begin at record 1,
 * or leaves out what the engine saw; ERR_VERSION: another engine wrote it; ERR_CORRUPT; ERR_NOT_FOUND;
 * ERR_EMPTY; ERR_RANGE: the limits make no sense. Each with a sentence. */
MUST_USE enum err replay_journal(const struct file_ops *file, const char *directory,
                                 const struct engine_limits *limits,
                                 void (*progress)(void *context, uint64_t records), void *context,
                                 struct replay_report *report, struct errtext *detail);

#endif
