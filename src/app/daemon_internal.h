/*
 * app/daemon_internal.h - shared by daemon.c (start and stop), round.c (one turn of the loop) and
 * commands.c (the control socket).
 */
#ifndef APP_DAEMON_INTERNAL_H
#define APP_DAEMON_INTERNAL_H
#include "app/control.h"
#include "app/core.h"
#include "app/daemon.h"
#include "app/datadir.h"
#include "app/flight.h"
#include "app/house.h"
#include "app/keeper.h"
#include "app/scribe.h"
#include "app/threads.h"
#include "gateway/gateway.h"
#include "net/loop.h"
#include "venue/paper/paper.h"

/* Requests of the app's own, beside the gateway's, which stay below. */
#define APP_REQUESTS UINT64_C(0x8000000000000000)

enum life { LIFE_RUNNING, LIFE_DRAINING, LIFE_OVER };

struct control_wait { /* a control request whose result is not durable yet */
    struct control_handle handle;
    enum control_verb verb;
    bool used;
};

struct daemon {
    const struct config *config;
    char data_dir[4096];
    int lock;
    bool split;
    struct flight *flight;
    struct core core;
    struct datadir dir;
    struct house house;
    struct journal_config journal_config;
    struct doorbell journal_bell, engine_bell;
    struct scribe *scribe;
    struct keeper *keeper;
    pthread_t engine_thread;
    bool engine_started;
    atomic_bool engine_stopping;
    struct candles *candles[PAPER_INSTRUMENTS_MAX + 1]; /* by instrument id */
    struct net_loop *loop;
    struct net_wake *wake;
    struct net_timer *timer;
    struct venue *venue;
    struct venue_host venue_host;
    struct gateway *gateway;
    struct gateway_host gateway_host;
    struct control *control;
    struct control_wait waits[CONTROL_CLIENTS_MAX];
    struct account account; /* its last durable image */
    uint64_t passed_seq;    /* of the last batch that went through the out gate */
    enum life life;
    int64_t drain_until_ns; /* monotonic */
    enum scribe_state scribe_seen;
    bool disk_halt;       /* we halted entries for a full disk */
    bool other_halt;      /* the halt that is in force is of a person or a breaker */
    uint64_t cursor_told; /* archive position the engine knows */
    int64_t cursor_look_ns;
    int exit_code;
};

/* round.c */
void round_begin(struct daemon *daemon); /* once, before threads */
void round_run(void *daemon);            /* after each turn of the loop */

/* commands.c */
void control_handle_request(void *daemon, const struct control_request *request,
                            struct control_handle handle);
void control_result(struct daemon *daemon, const struct command_result *result);

/* Ends the loop with this exit code. */
void daemon_stop(struct daemon *daemon, int exit_code);

#endif
