"""Goal: ten strategies on three markets in one account. Each sees its own position and orders only, all shares and
the user's own trades add up to the account's position after every step, one is taken out of the configuration
without the others noticing, and a bad parameter is refused at start with a sentence."""
import json
import math
import os
import random
import sys
import time

from support import Daemon, file_market, main, say, seed_of, wait_for, write_trades

INSTANCES = {
    "cross": "type: sma_cross_long, symbol: BTCUSDT, size: qty=0.01, params: { fast: 3, slow: 9 }",
    "ladder": "type: grid, symbol: BTCUSDT, params: { upper_price: 50660, lower_price: 49460, total_investment: 5000 }",
    "quoter": "type: market_making, symbol: BTCUSDT, params: { order_size: 0.01, max_inventory: 0.1, "
              "quote_refresh_interval_ms: 5, base_spread: 0.0002, min_spread: 0.0001, volatility_adjustment: 0 }",
    "saver": "type: dca, symbol: BTCUSDT, params: { interval_bars: 30, amount: 250 }",
    "trend": "type: ema_cross, symbol: ETHUSDT, size: qty=0.2, params: { fast: 4, slow: 12 }",
    "lines": "type: macd, symbol: ETHUSDT, size: qty=0.3, params: { fast: 4, slow: 9, signal: 3 }",
    "index": "type: rsi, symbol: ETHUSDT, interval: 2m, size: qty=0.5, params: { rsi_period: 5 }",
    "back": "type: mean_reversion, symbol: SOLUSDT, size: qty=2, params: { lookback_period: 20, entry_threshold: 1 }",
    "waves": "type: stochastic, symbol: SOLUSDT, size: qty=3, params: { k: 8 }",
    "slices": "type: twap, symbol: SOLUSDT, params: { quantity: 5, duration_s: 1, slices: 5 }",
}
MARKETS = {"BTCUSDT": (50000, 0.5), "ETHUSDT": (3000, 20), "SOLUSDT": (150, 100)} # price, what the user buys
OF = {symbol: {name for name, text in INSTANCES.items() if symbol in text} for symbol in MARKETS}
# 7200 times as fast as the market: four hours of it in two seconds.
TRADES, STEP_S, SPEED = 2880, 5, 7200
CALM = 360 # trades: a market without swings at the beginning, in which what is cancelled is not filled first
RUNNING, STOPPED = 1, 2


def yaml_of(instances):
    return "strategies:\n" + "".join(f"  - {{ name: {name}, {text} }}\n" for name, text in instances.items())


def configure(daemon, instances):
    with open(daemon.config, "w") as file:
        file.write(yaml_of(instances))


def replay_of(daemon, rng, symbol, part):
    """Hours of swings around the price with some noise, after what was replayed before."""
    middle = MARKETS[symbol][0]
    swings = [0.0] * CALM + [0.01 * math.sin(2 * math.pi * step / 720) for step in range(TRADES - CALM)]
    prices = [round(middle * (1 + swing + rng.uniform(-3e-4, 3e-4)), 2) for swing in swings]
    path = os.path.join(daemon.home, f"{symbol}-{part}.csv")
    write_trades(path, prices, start_s=part * (TRADES * STEP_S + 3600), step_ms=STEP_S * 1000)
    return [f"paper.symbol={symbol}", "paper.loop=false", *file_market(path, SPEED)]


class Shares:
    """Who holds what, by the journal alone, checked wherever a batch of records ends."""

    def __init__(self, daemon):
        self.rows, self.names, self.positions, self.fills, self.sides = {}, {}, {}, {}, {}
        self.intents, self.starts, self.stops, self.orders, self.checked = {}, [], [], {}, 0
        done = daemon.run("journal", "dump", "--json", "--data-dir", daemon.data_dir)
        assert done.returncode == 0, done.stderr
        touched = set()
        for line in done.stdout.splitlines():
            record = json.loads(line)
            take = getattr(self, "take_" + record["kind"].lower(), None)
            if take:
                take(record, record["body"])
                touched.add(record.get("instrument"))
            if record.get("flags", 0) & 1 and touched:
                self.add_up(record, touched)
                touched = set()
        self.add_up("the end", set(self.positions))

    def take_strategy(self, record, body):
        self.names[body["id"]] = body["start.name"]
        self.rows[body["id"]] = (record["instrument"], body)
        assert body["position_lots"] >= 0 or body["start.name"] == "quoter", f"it sold what others hold: {record}"

    def take_strategy_start(self, record, body):
        self.starts.append(body["name"])

    def take_strategy_stop(self, record, body):
        self.stops.append(body["name"])

    def take_intent(self, record, body):
        name = self.names[record["strategy"]]
        assert body["client_order_id"].startswith(name + "-"), record
        self.intents[name] = self.intents.get(name, 0) + 1

    def take_order(self, record, body):
        owner = record.get("strategy", 0)
        before = self.orders.setdefault(body["id"], (owner, body["state"]))
        assert before[0] == owner, f"an order changed hands: {record}"
        assert not owner or body["client_order_id"].startswith(self.names[owner] + "-"), record
        self.orders[body["id"]] = (owner, body["state"])

    def take_fill(self, record, body):
        owner, order = record.get("strategy", 0), body["order_id"]
        lots = body["qty_lots"] if body["side"] == "BUY" else -body["qty_lots"]
        key = (owner, record["instrument"])
        assert owner == self.orders.get(order, (owner,))[0], f"a fill of another's order: {record}"
        self.fills[key] = self.fills.get(key, 0) + lots
        self.sides.setdefault(self.names.get(owner, "user"), []).append((body["side"], body["qty_lots"]))

    def take_position(self, record, body):
        self.positions[record["instrument"]] = body["qty_lots"]

    def add_up(self, record, instruments):
        for owner, (instrument, body) in self.rows.items():
            mine = self.fills.get((owner, instrument), 0)
            assert body["position_lots"] == mine, f"{body['start.name']} holds {body}, its fills {mine}: {record}"
        for instrument in instruments & set(self.positions):
            shares = sum(body["position_lots"] for at, body in self.rows.values() if at == instrument)
            user, account = self.fills.get((0, instrument), 0), self.positions[instrument]
            assert shares + user == account, f"{instrument}: {shares} + {user} is not {account}: {record}"
            self.checked += 1

    def row(self, name):
        return next(body for _, body in self.rows.values() if body["start.name"] == name)

    def live(self, name):
        return sum(1 for owner, state in self.orders.values() if self.names.get(owner) == name and state in
                   ("NEW", "SENT", "OPEN", "AMENDING", "CANCELLING", "UNKNOWN"))


def a_life(daemon, rng, symbol, part, names, before=None):
    """The replay of one market, in which all these trade and the user does, too."""
    daemon.start(replay_of(daemon, rng, symbol, part))
    daemon.price(symbol)
    bought = daemon.order(symbol=symbol, type="MARKET", qty=MARKETS[symbol][1], client_order_id=f"user-{symbol}-{part}")
    assert bought.status == 200, bought
    wait_for("the replay's end", lambda: "replay_ended" in daemon.log(), 60)
    daemon.order_when(f"user-{symbol}-{part}", "FILLED")
    time.sleep(0.5) # orders on their way, and timers
    assert daemon.stop() == 0
    shares = Shares(daemon)
    for name in names:
        fresh = len(shares.sides.get(name, ())) - (len(before.sides.get(name, ())) if before else 0)
        assert fresh > 0, f"{name} did not trade in this life: {shares.sides.get(name)}"
    return shares


def ten_instances_share_one_account():
    rng = random.Random(seed_of())
    with Daemon(settings=["paper.balances=USDT 1000000", "paper.latency=1ms", "journal.sync=off"],
                config=yaml_of(INSTANCES)) as daemon:
        assert len(INSTANCES) == 10 and len({text.split(",")[0] for text in INSTANCES.values()}) == 10
        before = {}
        for symbol in MARKETS:
            shares = a_life(daemon, rng, symbol, 0, OF[symbol])
            for name in INSTANCES: # who has no market now keeps what it has
                share = shares.row(name)["position_lots"]
                assert name in OF[symbol] or share == before.get(name, 0), (name, share, before)
                before[name] = share
        assert shares.starts == list(INSTANCES), "each started once; the later lives went on with it"
        assert all(shares.row(name)["status"] == RUNNING for name in INSTANCES) and not shares.stops
        for name, qty in (("cross", 10**6), ("trend", 2 * 10**7), ("lines", 3 * 10**7), ("index", 5 * 10**7)):
            sides = shares.sides[name] # what the user and the others hold moves none of them
            whole = [("BUY", qty), ("SELL", qty)] * (len(sides) // 2 + 1)
            assert sides == whole[:len(sides)], (name, sides)
        assert sum(lots for _, lots in shares.sides["slices"]) == 5 * 10**8
        assert {side for side, _ in shares.sides["saver"]} == {"BUY"}
        say(f"  fills: {({name: len(sides) for name, sides in sorted(shares.sides.items())})}")
        say(f"  the shares were the account's position {shares.checked} times")
        one_leaves_and_comes_back(daemon, rng, shares)
        daemon.verify()
        daemon.replay()


def one_leaves_and_comes_back(daemon, rng, before):
    """Out of the configuration: its orders go, its share stays; the others are not even started anew."""
    leaving = ("ladder", "quoter")
    configure(daemon, {name: text for name, text in INSTANCES.items() if name not in leaving})
    after = a_life(daemon, rng, "BTCUSDT", 1, {"cross", "saver"}, before)
    assert sorted(after.stops) == sorted(leaving) and after.starts == before.starts, (after.stops, after.starts)
    for name in INSTANCES:
        row, gone = after.row(name), name in leaving
        assert row["status"] == (STOPPED if gone else RUNNING), row
        if gone or name not in OF["BTCUSDT"]:
            moved = abs(row["position_lots"] - before.row(name)["position_lots"])
            # who quotes at the touch may be filled while its last cancel is on the way
            assert moved <= (2 * 10**6 if name == "quoter" else 0), (name, row, moved)
            assert after.intents[name] == before.intents[name], name
        else:
            assert len(after.sides[name]) > len(before.sides[name]), name
    assert [after.live(name) for name in leaving] == [0, 0], "nobody would watch its orders"
    configure(daemon, INSTANCES)
    again = a_life(daemon, rng, "BTCUSDT", 2, OF["BTCUSDT"] - {"quoter"}, after)
    assert again.starts == [*before.starts, *leaving] and sorted(again.stops) == sorted(leaving), again.starts
    for name in leaving:
        assert again.row(name)["status"] == RUNNING and again.intents[name] > after.intents[name], name
    say(f"  quoter: {again.intents['quoter'] - after.intents['quoter']} orders, "
        f"{len(again.sides['quoter']) - len(after.sides['quoter'])} fills since it is back")
    say(f"  two stopped and started again; the shares were the account's position {again.checked} times")


def a_bad_parameter_is_refused_with_a_sentence():
    refusals = (
        ("type: sma_cross_long, symbol: BTCUSDT, params: { fats: 3 }", "sma_cross_long has no parameter 'fats'"),
        ("type: sma_cross_long, symbol: BTCUSDT, params: { fast: 0 }", "strategy bad does not start: a parameter"),
        ("type: sma_cross_long, symbol: BTCUSDT, params: { fast: 9, slow: 3 }", "strategy bad does not start"),
        ("type: grid, symbol: BTCUSDT", "strategy bad does not start"),
        ("type: rsi, symbol: BTCUSDT, params: { rsi_period: many }", "rsi_period: give a number"),
        ("type: rsi, symbol: BTCUSDT, size: equity=2", "size: 'equity=2' does not fit; give equity="),
        ("type: rsi, symbol: XRPUSDT", "strategy bad: XRPUSDT is not listed"),
        ("type: rsj, symbol: BTCUSDT", "strategy bad: there is no type 'rsj'"),
    )
    good = {"cross": INSTANCES["cross"]}
    with Daemon(settings=["paper.history_days=0", "journal.sync=off"], config=yaml_of(good)) as daemon:
        for text, sentence in refusals:
            configure(daemon, {**good, "bad": text})
            daemon.start(wait=False)
            assert daemon.ended() == 1, text
            assert sentence in daemon.log() and "tradewind: " in daemon.log(), (text, daemon.log())
        configure(daemon, good)
        daemon.start()
        assert daemon.stop() == 0
        shares = Shares(daemon)
        assert shares.starts.count("cross") == 1 and not shares.stops, "the good one was never disturbed"


if __name__ == "__main__":
    sys.exit(main(ten_instances_share_one_account, a_bad_parameter_is_refused_with_a_sentence))
