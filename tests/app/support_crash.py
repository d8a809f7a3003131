"""Goal: whatever was acknowledged survives `kill -9` at any moment, and nothing is there twice.

Clients put orders in over several connections and write down every answer; the daemon is killed at a moment
nobody knows; it is started again and asked for everything that was written down. The auditor
(support_audit.py) reads the journal of every life. Short form: test_crash_kill.py; long form: tools/crash.py.
"""
import random
import threading
import time

from support import DONE, BOOK, TRADES, Closed, Daemon, market_of_file, say
from support_audit import Audit

CLIENTS = 4
BURST_MAX = 12          # requests in one write, not waited for
OPEN_MAX = 1000         # more than so many are cancelled at the next start
PAUSE_S = (0.005, 0.06) # between bursts of one client
LIMITS = ["--orders-max", "4096", "--keys-max", "65536"]  # for a replay
# Small files and snapshots, so that a kill meets a new segment, a snapshot, an eviction now and then.
SETTINGS = ["orders.max=4096", "orders.keys_max=65536", "journal.segment_bytes=2MiB",
            "snapshot.journal_bytes=2MiB", "journal.reserve_bytes=1MiB", "risk.order_rate_max=0",
            "paper.balances=USDT 1000000000,BTC 10000"]
RANK = {"PENDING": 0, "UNKNOWN": 0, "ACCEPTED": 1, "PARTIALLY_FILLED": 2}


def rank(state):
    return RANK.get(state["status"], 3)


class Known:
    """What the clients know of one order."""
    __slots__ = ("body", "answer", "state", "learned")

    def __init__(self, body):
        self.body, self.answer, self.state, self.learned = body, None, None, 0.0


class Clients:
    """They share one notebook; each has a connection and a random of its own."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.notebook, self.lock = {}, threading.Lock()
        self.count = {"sent": 0, "answered": 0, "repeated": 0, "cancels": 0, "retried": 0, "asked": 0}
        self.price, self.problems, self.next_key = 60000.0, [], 0
        self.stopping = False

    def learn_state(self, key, state, asked):
        """asked: when. An answer may lie in one connection while another brings later news."""
        known = self.notebook[key]
        old = known.state
        if old and asked < known.learned and rank(state) < rank(old):
            return
        if old:
            assert rank(state) >= rank(old), f"{key} went back from {old} to {state}"
            assert state["executed_qty"] >= old["executed_qty"], (old, state)
            assert state["order_id"] == old["order_id"], (old, state)
            if old["status"] in DONE:
                same = {name: old[name] for name in ("status", "executed_qty", "avg_price", "order_qty", "side")}
                assert same == {name: state[name] for name in same}, (old, state)
        known.state, known.learned = state, time.monotonic()
        if known.answer and known.answer["ok"]:
            assert known.answer["order_id"] == state["order_id"], (known.answer, state)

    def learn_answer(self, key, answer):
        """Of a POST /api/order: accepted or denied, and always the same order."""
        known, told = self.notebook[key], answer.exact
        assert answer.status in (200, 422, 503), (key, answer)
        if answer.status == 503:
            return
        if known.answer:
            assert known.answer["ok"] == told["ok"], (key, known.answer, told)
            assert known.answer.get("order_id") == told.get("order_id"), (key, known.answer, told)
        else:
            known.answer = told

    # ---- the load ----

    def body(self, rng, key):
        side, kind = rng.choice(("BUY", "SELL")), rng.random()
        body = {"symbol": "BTCUSDT", "side": side, "qty": rng.randrange(1, 400) / 10000, "client_order_id": key}
        away = 1 if side == "SELL" else -1
        if kind < 0.30:
            return {**body, "type": "MARKET"}
        if kind < 0.55:  # rests near the market
            return {**body, "price": round(self.price * (1 + away * rng.uniform(0.00001, 0.002)), 2)}
        if kind < 0.65:
            return {**body, "price": round(self.price * (1 + away * 0.0001), 2), "post_only": True}
        if kind < 0.70:
            return {**body, "type": "STOP", "stop_price": round(self.price * (1 - away * rng.uniform(0.00001, 0.002)), 2)}
        if kind < 0.73:  # denied: through the collar
            return {**body, "price": round(self.price * (1 - away * 0.5), 2)}
        return {**body, "price": round(self.price * (1 - away * 0.001), 2),
                "tif": rng.choice(("GTC", "GTC", "IOC", "FOK"))}

    def burst(self, rng, link):
        """Requests of one write: [(what, key)]."""
        asked, data = [], b""
        for _ in range(rng.randrange(1, BURST_MAX + 1)):
            pick = rng.random()
            with self.lock:
                key = f"k{self.next_key}"
                if pick < 0.62 or self.next_key < 10:
                    self.next_key += 1
                    self.notebook[key] = Known(self.body(rng, key))
                    what = "order"
                else:
                    key = f"k{max(0, self.next_key - 1 - int(rng.expovariate(0.05)))}"
                    what = "repeat" if pick < 0.72 else "cancel" if pick < 0.92 else "ask"
                body = self.notebook[key].body
            if what in ("order", "repeat"):
                data += link.request("POST", "/api/order", body)
            elif what == "cancel":
                data += link.request("POST", "/api/cancel", {"client_order_id": key})
            else:
                data += link.request("GET", f"/api/order_state?client_order_id={key}")
            asked.append((what, key))
        link.send_raw(data)
        return asked

    def take(self, what, key, answer, since):
        with self.lock:
            if what in ("order", "repeat"):
                self.count["answered" if what == "order" else "repeated"] += 1
                self.learn_answer(key, answer)
            elif what == "cancel":
                self.count["cancels"] += 1
                assert answer.status in (200, 404, 409, 503), answer
            else:
                self.count["asked"] += 1
                assert answer.status in (200, 404), answer
                if answer.status == 200:
                    self.learn_state(key, answer.exact, since)

    def client(self, daemon, seed):
        rng, link = random.Random(seed), None
        while not self.stopping:
            try:
                link = link or daemon.link()
                since = time.monotonic()
                asked = self.burst(rng, link)
                self.count["sent"] += len(asked)
                for what, key in asked:
                    self.take(what, key, link.receive(), since)
                time.sleep(rng.uniform(*PAUSE_S))
            except Closed:
                link = None
                time.sleep(0.005)
            except Exception as problem:  # told by the main thread
                self.problems.append(problem)
                return

    def run(self, daemon, seconds):
        """Load for so long, then kill -9 in the middle of it."""
        self.stopping = False
        threads = [threading.Thread(target=self.client, args=(daemon, self.random.random()))
                   for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        daemon.kill()
        self.stopping = True
        for thread in threads:
            thread.join()
        if self.problems:
            raise self.problems[0]

    # ---- after the restart ----

    def check(self, daemon, sample):
        """Every order that may still change, every one of the last life, and a sample of the rest."""
        link = daemon.link(30.0)
        data = link.get("/api/market/BTCUSDT").json["data"]
        self.price = data["best_bid_price"] or self.price
        unanswered = [key for key, known in self.notebook.items() if not known.answer]
        for key in unanswered:  # nobody knows whether it was done: the same id again
            answer = link.post("/api/order", self.notebook[key].body)
            assert answer.status in (200, 422), (key, answer)
            self.learn_answer(key, answer)
            self.count["retried"] += 1
        lively = [key for key, known in self.notebook.items() if not known.state or known.state["status"] not in DONE]
        closed = [key for key, known in self.notebook.items() if known.state and known.state["status"] in DONE]
        for key in lively + self.random.sample(closed, min(sample, len(closed))):
            since = time.monotonic()
            answer = link.get(f"/api/order_state?client_order_id={key}")
            assert answer.status == 200, f"{key} was acknowledged with {self.notebook[key].answer} and is lost: {answer}"
            self.learn_state(key, answer.exact, since)
        for key in lively[:max(0, len(lively) - OPEN_MAX)]:  # the table is for new ones too
            assert link.post("/api/cancel", {"client_order_id": key}).status in (200, 409)
        link.close()
        return len(unanswered), len(lively)


def data_name(market):
    return " at ".join(setting.rpartition("_")[2].rpartition("=")[2] for setting in market[1:]) or "generator"


def settle(daemon, clients):
    """Everything open is cancelled, so that sums can be compared with what the API says."""
    link = daemon.link(30.0)
    until = time.monotonic() + 30
    while daemon.get("/api/account").json["open_orders"]:
        assert time.monotonic() < until, daemon.get("/api/account")
        for item in link.get("/api/orders_state").json["items"]:
            if item["status"] not in DONE:
                answer = link.post("/api/cancel", {"client_order_id": item["client_order_id"]})
                assert answer.status in (200, 409, 404), answer
        time.sleep(0.05)
    link.close()
    for asset in daemon.get("/api/account").json["balances"]:
        assert asset["locked"] == 0, f"nothing is open, but money is held: {asset}"


def go(seed, rounds, spacing=(0.3, 1.5), home=None):
    rng = random.Random(seed)
    markets = [market_of_file(path, speed) for path in (BOOK, TRADES) for speed in (1, 10)]
    clients = Clients(rng.random())
    started = time.monotonic()
    say(f"{rounds} rounds, {CLIENTS} clients, kill after {spacing[0]} to {spacing[1]} s")
    with Daemon(home=home, settings=SETTINGS) as daemon:
        audit, slowest = Audit(daemon.data_dir), 0.0
        for number in range(1, rounds + 1):
            policy = rng.choices(("always", "interval", "off"), (8, 1, 1))[0]
            mode = rng.choice(("inline", "split"))
            market = rng.choice(markets)
            life = [f"journal.sync={policy}", f"engine.mode={mode}", *market]
            early = number > 1 and rng.random() < 0.15
            if early:  # killed while it starts; then it is started once more
                daemon.start(life, wait=False)
                time.sleep(rng.uniform(0.0, 0.15))
                daemon.kill()
            since = time.monotonic()
            daemon.start(life)
            slowest = max(slowest, time.monotonic() - since)
            retried, looked = clients.check(daemon, 40)
            seconds = rng.uniform(*spacing)
            clients.run(daemon, seconds)
            torn = daemon.verify()["torn_bytes"]
            audit.read()
            if number <= 12 or number % 25 == 0:
                say(f"round {number}: {policy}, {mode}{', killed at its start too' if early else ''}, "
                    f"{data_name(market)}, killed after {seconds:.2f} s, torn {torn} bytes, retried {retried}, looked at {looked}; {audit.summary()}")
        daemon.start(markets[0])
        clients.check(daemon, 2000)
        settle(daemon, clients)
        clients.check(daemon, 0)
        assert daemon.stop() == 0
        audit.read()
        daemon.start(["paper.source=generator", "paper.history_days=0"])
        audit.equals(daemon)
        assert daemon.stop() == 0
        audit.read()
        for key, known in clients.notebook.items():
            assert str(audit.keys[key]) == known.state["order_id"], (key, known.state)
            assert audit.orders[audit.keys[key]]["filled_lots"] == int(known.state["executed_qty"] * 10**8), known.state
        report = daemon.replay(*LIMITS)
        say(f"after {rounds} kills: {audit.summary()}; clients: {clients.count}; slowest start {slowest:.2f} s; replay the "
            f"same, state {report['state_hash']}; {time.monotonic() - started:.0f} s")
    return audit, clients
