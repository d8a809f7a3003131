/*
 * ops/config_keys.h - the rows. Included with X defined; no include guard on purpose.
 *
 * X(id, name, type, unit, low, high, default, choices, reload, environment, aliases, sentence)
 * low/high: texts in the key's own form, "" = none; choices: "a|b|c" for CONFIG_ENUM, else "";
 * environment: further names besides TRADEWIND_<NAME>, separated by blanks; aliases: dotted names of
 * other systems' files, separated by blanks. Lists: items separated by commas.
 */
X(KEY_DATA_DIR, "data_dir", CONFIG_TEXT, "", "", "", "./data", "", CONFIG_RELOAD_RESTART, "", "",
  "folder of journal, snapshots and everything else that is kept")
X(KEY_LISTEN, "server.listen", CONFIG_LIST, "address:port", "", "", "127.0.0.1:8080,127.0.0.1:8000",
  "", CONFIG_RELOAD_RESTART, "", "", "addresses the HTTP server listens on; the first must be free")
X(KEY_CONNECTIONS_MAX, "server.connections_max", CONFIG_INT, "connections", "16", "60000", "10000",
  "", CONFIG_RELOAD_RESTART, "", "", "connections at once; one more is refused")
X(KEY_SSE_CLIENTS_MAX, "server.sse_clients_max", CONFIG_INT, "clients", "1", "50000", "6000", "",
  CONFIG_RELOAD_RESTART, "", "", "event-stream clients at once; one more gets 503")
X(KEY_STREAM_BYTES, "server.stream_bytes", CONFIG_BYTES, "bytes", "64KiB", "1GiB", "8MiB", "",
  CONFIG_RELOAD_RESTART, "", "", "how much of the event stream a client can resume from")
X(KEY_LOG_LEVEL, "log.level", CONFIG_ENUM, "", "", "", "info", "debug|info|warning|error",
  CONFIG_RELOAD_LIVE, "LOG_LEVEL VELOZ_LOG_LEVEL", "logging.level", "least level that is logged")
X(KEY_ENGINE_MODE, "engine.mode", CONFIG_ENUM, "", "", "", "auto", "auto|inline|split",
  CONFIG_RELOAD_RESTART, "", "",
  "inline: network and engine in one thread; split: engine alone; auto: inline below 4 cores")
X(KEY_ORDERS_MAX, "orders.max", CONFIG_INT, "orders", "1024", "4194304", "65536", "",
  CONFIG_RELOAD_RESTART, "", "",
  "orders in memory, open and closed; older closed ones are in the archive")
X(KEY_KEYS_MAX, "orders.keys_max", CONFIG_INT, "keys", "1024", "16777216", "1048576", "",
  CONFIG_RELOAD_RESTART, "", "", "client order ids remembered in memory")
X(KEY_JOURNAL_SYNC, "journal.sync", CONFIG_ENUM, "", "", "", "always", "always|interval|off",
  CONFIG_RELOAD_RESTART, "", "",
  "always: acknowledged means on disk; interval: synced every journal.sync_interval; off: the "
  "system decides")
X(KEY_JOURNAL_SYNC_INTERVAL, "journal.sync_interval", CONFIG_DURATION, "", "1ms", "10s", "100ms",
  "", CONFIG_RELOAD_RESTART, "", "", "time between syncs with journal.sync: interval")
X(KEY_JOURNAL_SEGMENT_BYTES, "journal.segment_bytes", CONFIG_BYTES, "bytes", "1MiB", "4GiB",
  "64MiB", "", CONFIG_RELOAD_RESTART, "", "", "size at which the journal begins a new file")
X(KEY_JOURNAL_RESERVE_BYTES, "journal.reserve_bytes", CONFIG_BYTES, "bytes", "1MiB", "4GiB",
  "64MiB", "", CONFIG_RELOAD_RESTART, "", "",
  "space kept for cancels, fills and reductions when the disk is full")
X(KEY_JOURNAL_KEEP_BYTES, "journal.keep_bytes", CONFIG_BYTES, "bytes", "64MiB", "", "4GiB", "",
  CONFIG_RELOAD_RESTART, "", "",
  "journal kept at least; older segments go once a snapshot covers them")
X(KEY_JOURNAL_MARKET, "journal.market", CONFIG_ENUM, "", "", "", "used", "all|used",
  CONFIG_RELOAD_RESTART, "", "",
  "market data in the journal: all of it; best prices and trades of what is listed")
X(KEY_SNAPSHOT_BYTES, "snapshot.journal_bytes", CONFIG_BYTES, "bytes", "1MiB", "", "1GiB", "",
  CONFIG_RELOAD_RESTART, "", "", "journal written between two snapshots")
X(KEY_SHUTDOWN_ORDERS, "shutdown.orders", CONFIG_ENUM, "", "", "", "keep", "keep|cancel",
  CONFIG_RELOAD_LIVE, "", "", "what happens to open orders at a regular stop")
X(KEY_PAPER_SOURCE, "paper.source", CONFIG_ENUM, "", "", "", "generator", "generator|file",
  CONFIG_RELOAD_RESTART, "", "",
  "market data of the paper venue: a seeded generator, or a replayed file")
X(KEY_PAPER_FILE, "paper.file", CONFIG_TEXT, "", "", "", "", "", CONFIG_RELOAD_RESTART, "", "",
  "file to replay (.csv, .csv.gz): trades, quotes or order book")
X(KEY_PAPER_LAYOUT, "paper.layout", CONFIG_TEXT, "", "", "", "auto", "", CONFIG_RELOAD_RESTART, "",
  "", "layout of paper.file; auto: told by its header line")
X(KEY_PAPER_SYMBOL, "paper.symbol", CONFIG_TEXT, "", "", "", "BTCUSDT", "", CONFIG_RELOAD_RESTART,
  "VELOZ_MARKET_SYMBOL", "", "instrument that paper.file is data of")
X(KEY_PAPER_SPEED, "paper.speed", CONFIG_TEXT, "", "", "", "1", "", CONFIG_RELOAD_RESTART, "", "",
  "speed of the replay: 1 is real time, 10 ten times, max as fast as possible")
X(KEY_PAPER_LOOP, "paper.loop", CONFIG_BOOL, "", "", "", "true", "", CONFIG_RELOAD_RESTART, "", "",
  "begin paper.file again at its end, in market time that goes on")
X(KEY_PAPER_SEED, "paper.seed", CONFIG_INT, "", "0", "", "42", "", CONFIG_RELOAD_RESTART, "", "",
  "seed of the generator and of the venue's latencies")
X(KEY_PAPER_BALANCES, "paper.balances", CONFIG_LIST, "asset amount", "", "", "USDT 100000", "",
  CONFIG_RELOAD_RESTART, "", "", "start balances of a new paper account")
X(KEY_PAPER_MAKER_FEE, "paper.maker_fee_bps", CONFIG_DECIMAL, "bps", "-100", "1000", "10", "",
  CONFIG_RELOAD_RESTART, "", "", "fee of a resting order")
X(KEY_PAPER_TAKER_FEE, "paper.taker_fee_bps", CONFIG_DECIMAL, "bps", "0", "1000", "10", "",
  CONFIG_RELOAD_RESTART, "", "", "fee of an order that takes liquidity")
X(KEY_PAPER_LATENCY, "paper.latency", CONFIG_DURATION, "", "0ms", "10s", "5ms", "",
  CONFIG_RELOAD_RESTART, "", "", "mean time of each leg, order and answer")
X(KEY_PAPER_HISTORY_DAYS, "paper.history_days", CONFIG_INT, "days", "0", "365", "30", "",
  CONFIG_RELOAD_RESTART, "", "", "one-minute candles made on first start with the generator")
X(KEY_RISK_ORDER_QTY, "risk.order_qty_max", CONFIG_DECIMAL, "base units", "0", "", "0", "",
  CONFIG_RELOAD_LIVE, "", "", "largest quantity of one order; 0 = no limit")
X(KEY_RISK_ORDER_NOTIONAL, "risk.order_notional_max", CONFIG_DECIMAL, "base currency", "0", "",
  "1000000", "", CONFIG_RELOAD_LIVE, "", "", "largest value of one order; 0 = no limit")
X(KEY_RISK_POSITION_QTY, "risk.position_qty_max", CONFIG_DECIMAL, "base units", "0", "", "0", "",
  CONFIG_RELOAD_LIVE, "", "", "largest position as if all open orders filled; 0 = no limit")
X(KEY_RISK_POSITION_NOTIONAL, "risk.position_notional_max", CONFIG_DECIMAL, "base currency", "0",
  "", "0", "", CONFIG_RELOAD_LIVE, "", "",
  "largest position value as if all open orders filled; 0 = no limit")
X(KEY_RISK_PRICE_COLLAR, "risk.price_collar_pct", CONFIG_DECIMAL, "percent", "0", "100", "20", "",
  CONFIG_RELOAD_LIVE, "", "",
  "how far through the market a limit price may go, aggressive side only; 0 = no limit")
X(KEY_RISK_ORDER_RATE, "risk.order_rate_max", CONFIG_INT, "orders/s", "0", "1000000", "5000", "",
  CONFIG_RELOAD_LIVE, "VELOZ_ORDER_RATE_LIMIT", "",
  "orders in one second, per account; 0 = no limit")
X(KEY_RISK_OPEN_ORDERS, "risk.open_orders_max", CONFIG_INT, "orders", "0", "1000000", "10000", "",
  CONFIG_RELOAD_LIVE, "", "", "open orders at once, per account; 0 = no limit")
X(KEY_ENTRY_VALID, "trading.entry_valid", CONFIG_DURATION, "", "10ms", "1h", "2s", "",
  CONFIG_RELOAD_LIVE, "", "", "an entry not sent within it is not sent at all")
