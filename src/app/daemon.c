#include "app/daemon_internal.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/cli.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/listen.h"
#include "store/snapshot.h"

#define DRAIN_NS (INT64_C(3) * NS_PER_S)
#define LISTEN_MAX 16
#define SPIN_NS (INT64_C(50) * NS_PER_US) /* split: looks so long for work before it sleeps */
#define ENGINE_WAIT_NS (INT64_C(100) * NS_PER_MS)
#define SPLIT_CORES 4

/* ---- lending ---- */

static bool venue_post(void *context, const struct event *input)
{
    struct daemon *daemon = context;
    return core_post(&daemon->core, input);
}

static bool venue_settled(void *context)
{
    struct daemon *daemon = context;
    return daemon->passed_seq >= atomic_load(&daemon->core.wired_seq) &&
           ring_used_bytes(daemon->core.commands) == 0;
}

static bool is_entry(const struct event *command) { return command->kind == EVENT_ORDER_SUBMIT; }

static enum err gateway_post(void *context, const struct event *command)
{
    struct daemon *daemon = context;
    if (daemon->life != LIFE_RUNNING)
        return ERR_STATE;
    if (is_entry(command) && !atomic_load_explicit(&daemon->core.has_room, memory_order_relaxed))
        return ERR_FULL;
    /* Half of the ring is for what must not wait: cancels, and what venues say. */
    if (is_entry(command) && ring_used_bytes(daemon->core.commands) > CORE_COMMAND_BYTES / 2)
        return ERR_FULL;
    return core_post(&daemon->core, command) ? OK : ERR_FULL;
}

static enum err find_archived(void *context, uint16_t account, const char *client_order_id,
                              struct order *out)
{
    struct daemon *daemon = context;
    return archive_find_key(daemon->dir.archive, account, client_order_id, out);
}

static enum err find_closed(void *context, uint64_t order_id, struct order *out)
{
    struct daemon *daemon = context;
    return archive_find_id(daemon->dir.archive, order_id, out);
}

/* ---- before threads: inputs at once ---- */

static enum err tell_now(void *context, const struct event *input)
{
    struct daemon *daemon = context;
    core_apply_now(&daemon->core, input);
    enum err err =
        journal_append(daemon->dir.journal, daemon->core.batch.bytes, daemon->core.batch.size);
    return err ? err : journal_commit(daemon->dir.journal, clock_monotonic_ns());
}

static enum err tell_session_start(struct daemon *daemon, uint64_t instance_id)
{
    struct {
        struct event event;
        struct session_start body;
    } input = { .event = { .length = sizeof input,
                           .kind = EVENT_SESSION_START,
                           .version = event_kind_version(EVENT_SESSION_START) },
                .body = { .instance_id = instance_id, .engine_version = ENGINE_VERSION } };
    (void)snprintf(input.body.build, sizeof input.body.build, "%s", tradewind_build());
    return tell_now(daemon, &input.event);
}

/* ---- opening, in this order; closing is the other way round ---- */

static enum err open_data(struct daemon *daemon, struct errtext *detail)
{
    const struct config *config = daemon->config;
    struct engine_limits limits = engine_limits_default;
    limits.orders_max = (uint32_t)config_int(config, KEY_ORDERS_MAX);
    limits.keys_max = (uint32_t)config_int(config, KEY_KEYS_MAX);
    if (limits.keys_max <= limits.orders_max)
        return errtext_set(detail, ERR_RANGE,
                           "orders.keys_max is %u, but must be above orders.max (%u)",
                           limits.keys_max, limits.orders_max);
    enum err err = datadir_lock(daemon->data_dir, &daemon->lock, detail);
    if (!err)
        err = flight_new(daemon->data_dir, &daemon->flight);
    if (!err)
        err = core_init(&daemon->core, &limits);
    if (err)
        return detail->text[0] ? err : errtext_set(detail, err, "no memory for the engine");
    daemon->core.flight = daemon->flight;
    daemon->core.find_closed = find_closed;
    daemon->core.find_context = daemon;
    uint64_t random_id = 0;
    if (getrandom(&random_id, sizeof random_id, 0) != (ssize_t)sizeof random_id)
        return errtext_set(detail, ERR_IO, "the system gives no random numbers");
    static char journal_path[4096];
    (void)snprintf(journal_path, sizeof journal_path, "%s",
                   datadir_path(daemon->data_dir, "journal"));
    daemon->journal_config = (struct journal_config){
        .directory = journal_path,
        .file = &file_ops_system,
        .sync = (enum journal_sync)config_enum(config, KEY_JOURNAL_SYNC),
        .sync_interval_ns = config_int(config, KEY_JOURNAL_SYNC_INTERVAL),
        .segment_bytes = (uint64_t)config_int(config, KEY_JOURNAL_SEGMENT_BYTES),
        .reserve_bytes = (uint64_t)config_int(config, KEY_JOURNAL_RESERVE_BYTES),
        .keep_bytes = (uint64_t)config_int(config, KEY_JOURNAL_KEEP_BYTES),
        .instance_id = random_id & ((UINT64_C(1) << 40) - 1),
    };
    return datadir_open(daemon->data_dir, &daemon->journal_config, &daemon->core, &daemon->dir,
                        detail);
}

static enum err open_candles(struct daemon *daemon, struct errtext *detail)
{
    enum err err = OK;
    for (size_t i = 0; !err && i < daemon->house.market_count; i++) {
        const struct instrument *rules = &daemon->house.markets[i].rules;
        assert(rules->id <= PAPER_INSTRUMENTS_MAX);
        err = candles_open(daemon->house.history[i], rules->price_scale, rules->qty_scale,
                           &daemon->candles[rules->id], detail);
    }
    return err;
}

/* "1", "0.5", "max" -> 0. */
static enum err replay_speed(const char *text, double *speed, struct errtext *detail)
{
    bool fastest = strcmp(text, "max") == 0;
    char *end = NULL;
    *speed = fastest ? 0 : strtod(text, &end);
    if (fastest || (*text && !*end && *speed > 0 && *speed <= 1e6))
        return OK;
    return errtext_set(detail, ERR_RANGE, "paper.speed: '%s' is neither a number above 0 nor max",
                       text);
}

static enum err open_venue(struct daemon *daemon, struct errtext *detail)
{
    const struct config *config = daemon->config;
    const char *layout = config_text(config, KEY_PAPER_LAYOUT);
    bool from_file = config_enum(config, KEY_PAPER_SOURCE) == 1;
    struct paper_config paper = {
        .markets = daemon->house.markets,
        .market_count = daemon->house.market_count,
        .account = HOUSE_ACCOUNT,
        .seed = (uint64_t)config_int(config, KEY_PAPER_SEED),
        .latency_ns = config_int(config, KEY_PAPER_LATENCY),
        .first_trade_id = engine_seq(daemon->core.engine) + 1,
        .file = from_file ? config_text(config, KEY_PAPER_FILE) : NULL,
        .layout = strcmp(layout, "auto") == 0 ? NULL : layout,
        .file_market = daemon->house.file_market,
        .loop = config_bool(config, KEY_PAPER_LOOP),
        .tell_books = config_enum(config, KEY_JOURNAL_MARKET) == 0,
        .history_bars = (uint32_t)config_int(config, KEY_PAPER_HISTORY_DAYS) * 24 * 60,
    };
    if (from_file && !paper.file[0])
        return errtext_set(detail, ERR_NOT_FOUND,
                           "paper.source is file, but paper.file names none; set it");
    enum err err = replay_speed(config_text(config, KEY_PAPER_SPEED), &paper.speed, detail);
    if (err)
        return err;
    for (size_t i = 0; i < daemon->house.market_count && !from_file; i++)
        if (access(daemon->house.history[i], F_OK) != 0)
            daemon->house.markets[i].history = daemon->house.history[i];
    daemon->venue_host = (struct venue_host){ daemon, venue_post, venue_settled };
    return paper_open(&paper, &daemon->venue_host, clock_wall_ns(), &daemon->venue, detail);
}

static void tell_gateway(void *context, const struct event *image)
{
    gateway_load_image(context, image);
}

static enum err open_network(struct daemon *daemon, const char *const *listen, size_t listen_count,
                             struct errtext *detail)
{
    const struct config *config = daemon->config;
    struct gateway_config gateway = {
        .listen = listen,
        .listen_count = listen_count,
        .account = HOUSE_ACCOUNT,
        .connections_max = (uint32_t)config_int(config, KEY_CONNECTIONS_MAX),
        .sse_clients_max = (uint32_t)config_int(config, KEY_SSE_CLIENTS_MAX),
        .body_bytes_max = 1u << 20,
        .orders_max = daemon->core.limits.orders_max,
        .stream_bytes = (size_t)config_int(config, KEY_STREAM_BYTES),
        .version = tradewind_version(),
        .build = tradewind_build(),
        .journal = daemon->dir.journal,
        .first_market = config_text(config, KEY_PAPER_SYMBOL),
    };
    daemon->gateway_host = (struct gateway_host){ .app = daemon,
                                                  .post = gateway_post,
                                                  .find_archived = find_archived };
    enum err err =
        gateway_open(&gateway, daemon->loop, &daemon->gateway_host, &daemon->gateway, detail);
    if (err)
        return err;
    gateway_load_begin(daemon->gateway);
    engine_images(daemon->core.engine, tell_gateway, daemon->gateway);
    gateway_load_end(daemon->gateway, engine_seq(daemon->core.engine));
    return control_open(daemon->data_dir, daemon->loop, control_handle_request, daemon,
                        &daemon->control, detail);
}

/* What rests at the venue, or was on its way, as the engine's rows say. */
static void restore_orders(struct daemon *daemon)
{
    int64_t now_ns = clock_wall_ns();
    for (const struct order *order = NULL; (order = engine_order_next(daemon->core.engine, order));)
        if (!order_state_is_done(order->state))
            paper_ops.restore(daemon->venue, order, now_ns);
}

/* ---- threads ---- */

static void *run_engine(void *context)
{
    struct daemon *daemon = context;
    int64_t idle_since_ns = clock_monotonic_ns();
    size_t size;
    while (!atomic_load(&daemon->engine_stopping)) {
        if (core_step(&daemon->core)) {
            idle_since_ns = clock_monotonic_ns();
            continue;
        }
        if (clock_monotonic_ns() - idle_since_ns < SPIN_NS)
            continue;
        int64_t wait_ns = core_next_deadline(&daemon->core) - clock_wall_ns();
        if (wait_ns > ENGINE_WAIT_NS)
            wait_ns = ENGINE_WAIT_NS;
        doorbell_announce(&daemon->engine_bell);
        if (ring_peek(daemon->core.commands, &size) || wait_ns <= 0)
            doorbell_awake(&daemon->engine_bell);
        else
            doorbell_wait(&daemon->engine_bell, wait_ns);
    }
    return NULL;
}

static void nothing(void *context) { (void)context; } /* the turn after it does the work */

static enum err start_threads(struct daemon *daemon)
{
    enum err err = doorbell_init(&daemon->journal_bell);
    if (!err)
        err = doorbell_init(&daemon->engine_bell);
    if (!err)
        err = scribe_start(daemon->dir.journal, daemon->core.journal, &daemon->journal_bell,
                           daemon->wake, &daemon->scribe);
    daemon->core.journal_bell = &daemon->journal_bell;
    struct keeper_config keeper = {
        .data_dir = daemon->data_dir,
        .journal = daemon->dir.journal,
        .archive = daemon->dir.archive,
        .scribe = daemon->scribe,
        .limits = daemon->core.limits,
        .snapshot_bytes = (uint64_t)config_int(daemon->config, KEY_SNAPSHOT_BYTES),
        .snapshot_seq = daemon->dir.snapshot_seq,
        .candles = daemon->candles,
        .candle_count = PAPER_INSTRUMENTS_MAX + 1,
    };
    if (!err)
        err = keeper_start(&keeper, &daemon->keeper);
    if (!err && daemon->split) {
        err = thread_start(THREAD_ENGINE, run_engine, daemon, &daemon->engine_thread);
        daemon->engine_started = err == OK;
    }
    return err;
}

/* ---- stopping ---- */

void daemon_stop(struct daemon *daemon, int exit_code)
{
    daemon->life = LIFE_OVER;
    daemon->exit_code = exit_code;
    net_loop_stop(daemon->loop);
}

struct cancel_input {
    struct event event;
    struct order_ref body;
};

static void on_stop_signal(void *context)
{
    struct daemon *daemon = context;
    if (daemon->life != LIFE_RUNNING) {
        daemon_stop(daemon, 0); /* asked twice: at once */
        return;
    }
    bool cancel = config_enum(daemon->config, KEY_SHUTDOWN_ORDERS) == 1;
    log_info("stopping", "orders=%s", cancel ? "cancel" : "keep");
    daemon->life = LIFE_DRAINING;
    daemon->drain_until_ns = clock_monotonic_ns() + DRAIN_NS;
    paper_ops.quiet(daemon->venue);
    atomic_store(&daemon->core.draining, true);
    if (!cancel)
        return;
    struct cancel_input input = { .event = { .length = sizeof input,
                                             .kind = EVENT_CANCEL_ALL,
                                             .version = event_kind_version(EVENT_CANCEL_ALL) } };
    if (!core_post(&daemon->core, &input.event))
        log_error("cancel_all_not_told", "what=\"orders stay open\"");
    doorbell_ring(&daemon->engine_bell);
}

static void write_last_snapshot(struct daemon *daemon)
{
    struct errtext detail = { "" };
    struct snapshot_info info = { .seq = engine_seq(daemon->core.engine),
                                  .instance_id = engine_counters(daemon->core.engine).instance_id,
                                  .state_hash = engine_state_hash(daemon->core.engine),
                                  .engine_version = ENGINE_VERSION,
                                  .layout = engine_layout(&daemon->core.limits),
                                  .arena_bytes = daemon->core.block_bytes };
    const char *path = datadir_path(daemon->data_dir, "snapshots");
    if (snapshot_write(&file_ops_system, path, &info, daemon->core.block, &detail) ||
        snapshot_trim(&file_ops_system, path, 2))
        log_warning("last_snapshot_failed", "what=\"%s; the next start reads the journal\"",
                    detail.text);
}

static void close_all(struct daemon *daemon)
{
    bool clean = daemon->scribe && daemon->exit_code == 0;
    atomic_store(&daemon->engine_stopping, true);
    if (daemon->engine_started) {
        doorbell_ring(&daemon->engine_bell);
        (void)pthread_join(daemon->engine_thread, NULL);
    }
    scribe_stop(daemon->scribe);
    if (daemon->control)
        control_close(daemon->control);
    gateway_close(daemon->gateway);
    keeper_stop(daemon->keeper);
    scribe_free(daemon->scribe); /* the keeper told it what to trim */
    if (daemon->venue)
        paper_ops.close(daemon->venue);
    for (size_t i = 0; i < sizeof daemon->candles / sizeof daemon->candles[0]; i++)
        if (daemon->candles[i])
            candles_close(daemon->candles[i]);
    uint64_t last = daemon->core.engine ? engine_seq(daemon->core.engine) : 0;
    bool whole = clean && journal_appended_seq(daemon->dir.journal) == last;
    datadir_close(&daemon->dir); /* syncs */
    if (whole)
        write_last_snapshot(daemon);
    net_wake_free(daemon->wake);
    net_timer_free(daemon->timer);
    net_loop_free(daemon->loop);
    core_release(&daemon->core);
    flight_free(daemon->flight);
    doorbell_release(&daemon->journal_bell);
    doorbell_release(&daemon->engine_bell);
    if (daemon->lock >= 0)
        (void)close(daemon->lock);
    log_info("stopped", "seq=%llu exit=%d", (unsigned long long)last, daemon->exit_code);
}

/* ---- running ---- */

/* There is no log-in: whoever reaches a listener may trade. */
static enum err refuse_foreign_listeners(const char *const *listen, size_t count,
                                         struct errtext *detail)
{
    for (size_t i = 0; i < count; i++) {
        enum err err = listen_check(listen[i], detail);
        if (err)
            return err;
        if (!listen_is_loopback(listen[i]))
            return errtext_set(detail, ERR_DENIED,
                               "%s can be reached from other machines, and there is no log-in yet: "
                               "listen on 127.0.0.1 or [::1], and put a proxy that asks for a "
                               "password in front",
                               listen[i]);
    }
    return OK;
}

static enum err take_data_dir(struct daemon *daemon, const char *given, struct errtext *detail)
{
    const char *data_dir = given ? given : config_text(daemon->config, KEY_DATA_DIR);
    size_t length = strlen(data_dir), room = sizeof daemon->data_dir - NAME_MAX - 1;
    if (length == 0 || length >= room) /* names of files come behind it: see datadir_path() */
        return errtext_set(detail, ERR_RANGE,
                           "the name of the data dir is %s: give one of 1 to %zu bytes with "
                           "--data-dir",
                           length ? "too long" : "empty", room - 1);
    memcpy(daemon->data_dir, data_dir, length + 1);
    return OK;
}

static enum err open_loop(struct daemon *daemon)
{
    enum err err = net_loop_new(&daemon->loop);
    if (!err)
        err = net_wake_new(daemon->loop, nothing, daemon, &daemon->wake);
    if (!err)
        err = net_timer_new(daemon->loop, nothing, daemon, &daemon->timer);
    if (!err)
        err = net_signal(daemon->loop, SIGTERM, on_stop_signal, daemon);
    return err ? err : net_signal(daemon->loop, SIGINT, on_stop_signal, daemon);
}

static enum err open_all(struct daemon *daemon, const char *const *listen, size_t listen_count,
                         struct errtext *detail)
{
    enum err err = open_data(daemon, detail);
    if (!err)
        err = tell_session_start(daemon, daemon->journal_config.instance_id);
    if (!err)
        err = house_prepare(&daemon->house, daemon->config, daemon->data_dir, daemon->core.engine,
                            tell_now, daemon, detail);
    if (!err)
        err = open_venue(daemon, detail);
    if (!err)
        err = house_strategies(&daemon->house, daemon->config, daemon->core.engine, tell_now,
                               daemon, detail);
    if (!err)
        err = open_candles(daemon, detail);
    if (!err)
        err = open_loop(daemon);
    if (!err)
        err = open_network(daemon, listen, listen_count, detail);
    if (!err) { /* both look at the engine's rows: before it has a thread of its own */
        daemon->account = *engine_account(daemon->core.engine, HOUSE_ACCOUNT);
        restore_orders(daemon);
        round_begin(daemon);
        err = start_threads(daemon);
    }
    return err;
}

static bool wants_split(const struct config *config)
{
    int mode = config_enum(config, KEY_ENGINE_MODE);
    return mode == 2 || (mode == 0 && sysconf(_SC_NPROCESSORS_ONLN) >= SPLIT_CORES);
}

int daemon_run(const struct config *config, const char *data_dir, const char *const *listen,
               size_t listen_count)
{
    static struct daemon daemon;
    struct errtext detail = { "" };
    daemon = (struct daemon){ .config = config,
                              .lock = -1,
                              .split = wants_split(config),
                              .journal_bell = { .descriptor = -1 },
                              .engine_bell = { .descriptor = -1 } };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)umask(S_IRWXG | S_IRWXO); /* orders and money are their owner's alone */
    if (listen_count == 0)
        listen_count = config_list(config, KEY_LISTEN, &listen);
    enum err err = refuse_foreign_listeners(listen, listen_count, &detail);
    if (!err)
        err = take_data_dir(&daemon, data_dir, &detail);
    if (!err)
        err = open_all(&daemon, listen, listen_count, &detail);
    if (err) {
        daemon.exit_code = cli_fail("%s", detail.text[0] ? detail.text : err_text(err));
        close_all(&daemon);
        return daemon.exit_code;
    }
    net_loop_after_io(daemon.loop, round_run, &daemon);
    log_info("ready", "version=%s build=%s mode=%s listen=%s data_dir=%s", tradewind_version(),
             tradewind_build(), daemon.split ? "split" : "inline", listen[0], daemon.data_dir);
    round_run(&daemon);
    net_loop_run(daemon.loop);
    close_all(&daemon);
    return daemon.exit_code;
}
