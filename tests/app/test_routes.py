"""Goal: every route as a bot's author meets it: the fields and their types, the errors with their codes, and an
event stream that can be left and joined again without losing or repeating anything."""
import json
import os
import re
import sys
import threading
import time
import urllib.request

import support
from support import DONE, Closed, Daemon, Stream, file_market, main, say, wait_for, write_trades

NUMBER, TEXT, TRUTH = (int, float), str, bool
NUMBER_OR_NULL, TEXT_OR_NULL = (int, float, type(None)), (str, type(None))
ORDER = {"client_order_id": TEXT, "order_id": TEXT, "symbol": TEXT, "side": TEXT, "order_type": TEXT, "tif": TEXT,
         "order_qty": NUMBER, "limit_price": NUMBER_OR_NULL, "venue_order_id": TEXT_OR_NULL, "status": TEXT,
         "reason": TEXT_OR_NULL, "executed_qty": NUMBER, "avg_price": NUMBER_OR_NULL, "last_ts_ns": int}
POSITION = {"symbol": TEXT, "venue": TEXT, "side": TEXT, "qty": NUMBER, "avg_entry_price": NUMBER_OR_NULL,
            "current_price": NUMBER_OR_NULL, "unrealized_pnl": NUMBER_OR_NULL, "realized_pnl": NUMBER,
            "last_update_ts_ns": int}
BALANCE = {"asset": TEXT, "free": NUMBER, "locked": NUMBER}
MARKET = {"symbol": TEXT, "best_bid_price": NUMBER, "best_bid_qty": NUMBER, "best_ask_price": NUMBER,
          "best_ask_qty": NUMBER, "last_price": NUMBER, "volume_24h": NUMBER, "last_trade_id": int,
          "last_update_ns": int, "exchange_ts_ns": int}
EVENTS = {
    "market": {"type": TEXT, "ts_ns": int, "symbol": TEXT, "price": NUMBER},
    "order_received": {"type": TEXT, "ts_ns": int, "client_order_id": TEXT, "symbol": TEXT, "side": TEXT, "qty": NUMBER},
    "order_update": {"type": TEXT, "ts_ns": int, "client_order_id": TEXT, "status": TEXT, "symbol": TEXT},
    "fill": {"type": TEXT, "ts_ns": int, "client_order_id": TEXT, "symbol": TEXT, "qty": NUMBER, "price": NUMBER},
    "order_state": ORDER,
    "account": {"type": TEXT, "ts_ns": int, "balances": list},
    "error": {"type": TEXT, "ts_ns": int, "message": TEXT},
}


def shaped(row, shape, where):
    for name, kinds in shape.items():
        assert name in row, f"{where}: no '{name}' in {row}"
        value = row[name]
        assert isinstance(value, kinds) and (kinds is TRUTH or not isinstance(value, bool)), \
            f"{where}: '{name}' is {value!r}"


def got(answer, status=200):
    assert answer.status == status, answer
    assert answer.headers["content-type"].startswith("application/json"), answer.headers
    return answer.json


def house(**more):
    return Daemon(settings=["paper.balances=USDT 1000000,BTC 10", "paper.latency=1ms", "paper.history_days=0"],
                  config="strategies: []\n", **more)


def every_read_has_its_fields():
    with house() as daemon:
        daemon.start()
        bid, ask = daemon.price()
        assert got(daemon.get("/health")) == {"ok": True}
        health = got(daemon.get("/api/health"))
        shaped(health, {"ok": TRUTH, "status": TEXT, "timestamp": int, "engine": dict, "version": TEXT}, "health")
        shaped(health["engine"], {"connected": TRUTH, "running": TRUTH, "uptime_seconds": int}, "health.engine")
        assert health["ok"] is True and health["engine"]["connected"] is True and abs(health["timestamp"] - time.time()) < 5
        market = got(daemon.get("/api/market"))
        shaped(market, {"symbol": TEXT, "price": NUMBER, "ts_ns": int}, "market")
        assert market["symbol"] == "BTCUSDT" and market["price"] > 0
        for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT"):
            daemon.price(symbol)
            row = got(daemon.get(f"/api/market/{symbol}"))
            assert row["status"] == "success"
            shaped(row["data"], MARKET, symbol)
            assert 0 < row["data"]["best_bid_price"] < row["data"]["best_ask_price"], row
        assert got(daemon.order(type="MARKET", qty=0.5, client_order_id="m"))["ok"] is True
        daemon.order_when("m", "FILLED")
        accepted = got(daemon.order(qty=0.25, price=round(bid * 0.9, 2), client_order_id="l"))
        shaped(accepted, {"ok": TRUTH, "client_order_id": TEXT, "order_id": TEXT}, "order")
        daemon.order_when("l", "ACCEPTED")
        state = got(daemon.get("/api/order_state?client_order_id=m"))
        shaped(state, ORDER, "order_state")
        assert (state["executed_qty"], state["order_qty"], state["side"], state["reason"]) == (0.5, 0.5, "BUY", None)
        assert state["limit_price"] is None and bid * 0.9 < state["avg_price"] < ask * 1.1
        rest = got(daemon.get("/api/order_state?client_order_id=l"))
        assert rest["avg_price"] is None and rest["executed_qty"] == 0 and rest["limit_price"] == round(bid * 0.9, 2)
        items = got(daemon.get("/api/orders_state"))["items"]
        assert [item["client_order_id"] for item in items] == ["m", "l"]
        for item in items:
            shaped(item, ORDER, "orders_state")
        events = got(daemon.get("/api/orders"))["items"]
        assert {"order_received", "order_update", "fill"} == {event["type"] for event in events}, events
        for event in events:
            shaped(event, EVENTS[event["type"]], "orders")
        account = got(daemon.get("/api/account"))
        shaped(account, {"ts_ns": int, "balances": list, "equity": NUMBER, "mode": TEXT, "halted": TRUTH}, "account")
        for balance in account["balances"]:
            shaped(balance, BALANCE, "balance")
        assert account["mode"] == "paper" and account["open_orders"] == 1
        for row in (got(daemon.get("/api/positions"))["positions"][0], got(daemon.get("/api/positions/BTCUSDT"))):
            shaped(row, POSITION, "position")
            assert (row["symbol"], row["side"], row["qty"]) == ("BTCUSDT", "LONG", 0.5), row
            assert abs(row["unrealized_pnl"] - 0.5 * (row["current_price"] - row["avg_entry_price"])) < 1e-6, row
        assert got(daemon.get("/api/positions/SOLUSDT"))["side"] == "NONE"
        routes = got(daemon.get("/api"))["routes"]
        assert len(routes) >= 16 and all(row["path"].startswith("/") and row["about"] for row in routes)
        say("  every GET of the list answers, and HEAD like it without a body")
        for row in routes:
            path = row["path"].replace("{symbol}", "BTCUSDT")
            if row["method"] != "GET" or path == "/api/stream":
                continue
            path += "?client_order_id=m" if path == "/api/order_state" else ""
            get, head = daemon.get(path), daemon.link().call("HEAD", path)
            assert get.status == head.status == 200 and head.body == b"", (path, get, head)
            assert head.headers["content-type"] == get.headers["content-type"], path
        page = daemon.get("/")
        assert page.headers["content-type"].startswith("text/html") and b"<html" in page.body[:200]
        metrics = daemon.get("/metrics").body.decode()
        assert re.search(r'^tradewind_orders_total\{side="BUY",type="MARKET"\} 1$', metrics, re.M), metrics[:500]
        assert re.search(r'^veloz_fills_total\{side="BUY"\} \d+$', metrics, re.M)
        for line in metrics.splitlines():
            assert re.match(r'^(#.*|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.e+-]+)$', line), line
        assert daemon.stop() == 0


def the_bot_of_the_documents():
    """As written there: market['price'], result['client_order_id'], a key in a header."""
    with house() as daemon:
        daemon.start()
        daemon.price()
        base, headers = f"http://127.0.0.1:{daemon.port}", {"X-API-Key": "veloz_your_api_key"}

        def ask(path, data=None):
            body = json.dumps(data).encode() if data else None
            extra = {"Content-Type": "application/json"} if data else {}
            with urllib.request.urlopen(urllib.request.Request(base + path, body, {**headers, **extra})) as answer:
                return json.load(answer)

        market = ask("/api/market")
        say(f"  Current price: {market['price']}")
        result = ask("/api/order", {"side": "BUY", "symbol": "BTCUSDT", "qty": 0.001,
                                    "price": round(market["price"] * 0.95, 2)})
        say(f"  Order placed: {result['client_order_id']}")
        assert re.match(r"^web-\d+-\d+$", result["client_order_id"])
        other = ask("/api/order", {"side": "BUY", "symbol": "BTCUSDT", "qty": 0.001,
                                   "price": round(market["price"] * 0.95, 2)})
        assert other["client_order_id"] != result["client_order_id"], "without an id each is an order of its own"
        state = ask(f"/api/order_state?client_order_id={result['client_order_id']}")
        assert state["order_qty"] == 0.001
        done = ask("/api/cancel", {"client_order_id": result["client_order_id"], "symbol": "BTCUSDT"})
        assert done == {"ok": True, "client_order_id": result["client_order_id"]}, done
        daemon.order_when(result["client_order_id"], "CANCELLED")
        assert isinstance(ask("/api/positions")["positions"], list)
        say("  and a form instead of JSON")
        body = b"side=BUY&symbol=BTCUSDT&qty=0.001&price=" + str(round(market["price"] * 0.95, 2)).encode()
        request = urllib.request.Request(base + "/api/order", body)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["ok"] is True
        assert daemon.stop() == 0


GOOD = {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.01, "price": 20000}
#        what is sent to POST /api/order                            status, code, a word of the sentence
WRONG_ORDERS = [
    (b"", 400, "bad_params", "missing"),
    (b"{", 400, "bad_json", "byte"),
    (b"[]", 400, "bad_json", "object"),
    (b'{"side":"BUY"} x', 400, "bad_json", ""),
    (b'{"symbol":"BTCUSDT","side":"BUY","qty":0.01,"qty":0.02,"price":1}', 400, "duplicate_field", "qty"),
    ({**GOOD, "quantity": 1}, 400, "unknown_field", "quantity"),
    ({**GOOD, "symbol": "DOGEUSDT"}, 400, "unknown_symbol", "BTCUSDT"),
    ({name: value for name, value in GOOD.items() if name != "symbol"}, 400, "bad_params", "symbol"),
    ({name: value for name, value in GOOD.items() if name != "side"}, 400, "bad_params", "side"),
    ({name: value for name, value in GOOD.items() if name != "qty"}, 400, "bad_params", "qty"),
    ({name: value for name, value in GOOD.items() if name != "price"}, 400, "bad_params", "MARKET"),
    ({**GOOD, "side": "HOLD"}, 400, "bad_params", "side"),
    ({**GOOD, "side": 1}, 400, "bad_params", "side"),
    ({**GOOD, "qty": 0}, 400, "bad_params", "qty"),
    ({**GOOD, "qty": -1}, 400, "bad_params", "qty"),
    ({**GOOD, "qty": "one"}, 400, "bad_params", "qty"),
    ({**GOOD, "qty": True}, 400, "bad_params", "qty"),
    ({**GOOD, "qty": None}, 400, "bad_params", "qty"),
    ({**GOOD, "qty": 0.000000001}, 400, "bad_precision", "qty"),
    ({**GOOD, "price": 20000.001}, 400, "bad_precision", "price"),
    ({**GOOD, "type": "MARKET"}, 400, "bad_params", "price"),
    ({**GOOD, "type": "SOMEHOW"}, 400, "bad_params", "type"),
    ({**GOOD, "type": "STOP"}, 400, "bad_params", ""),
    ({**GOOD, "tif": "GTD"}, 400, "bad_params", "expire_ns"),
    ({**GOOD, "tif": "IOC", "post_only": True}, 400, "bad_params", "post_only"),
    ({**GOOD, "client_order_id": "x" * 37}, 400, "bad_params", "36"),
    ({**GOOD, "client_order_id": "a b"}, 400, "bad_params", "client_order_id"),
    ({**GOOD, "price": 100000000}, 422, None, ""),
    ({**GOOD, "qty": 4000, "price": 20000}, 422, None, ""),
]


def what_is_wrong_is_told_with_a_code():
    with house() as daemon:
        daemon.start()
        daemon.price()
        link = daemon.link()

        def wrong(answer, status, code=None, word=""):
            told = got(answer, status)
            assert isinstance(told["error"], str) and len(told["message"]) > 10, told
            assert code is None or told["error"] == code, (code, told)
            assert word in told["message"], (word, told)
            return told

        for body, status, code, word in WRONG_ORDERS:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                wrong(link.call("POST", "/api/order", raw, [("Content-Type", "application/json")]), status, code, word)
            except AssertionError as error:
                raise AssertionError(f"{raw!r}: {error}") from error
        say(f"  {len(WRONG_ORDERS)} wrong orders")
        wrong(link.call("POST", "/api/order", b"<order/>", [("Content-Type", "text/xml")]), 415, "unsupported_content_type",
              "application/json")
        wrong(link.get("/nowhere"), 404, "not_found", "/api")
        wrong(link.get("/api/market/DOGEUSDT"), 404, "unknown_symbol", "BTCUSDT")
        wrong(link.get("/api/positions/DOGEUSDT"), 404, "unknown_symbol")
        wrong(link.get("/api/order_state"), 400, "bad_params")
        wrong(link.get("/api/order_state?client_order_id=never"), 404, "not_found")
        wrong(link.post("/api/cancel", {"client_order_id": "never"}), 404, "not_found")
        wrong(link.post("/api/cancel", {}), 400, "bad_params")
        wrong(link.post("/api/cancel", {"client_order_id": "a", "order_id": 1}), 400, "bad_params")
        wrong(link.get("/api/stream?last_id=abc"), 400, "bad_params")
        for method, path, allow in (("GET", "/api/order", "POST"), ("POST", "/api/account", "GET"),
                                    ("DELETE", "/api/orders", "GET"), ("PUT", "/api/cancel", "POST")):
            answer = link.call(method, path, b"" if method != "GET" else None)
            wrong(answer, 405, "method_not_allowed")
            assert allow in answer.headers["allow"], answer.headers
        answer = link.call("OPTIONS", "/api/order")
        assert answer.status == 204 and "POST" in answer.headers["allow"], answer.headers
        say("  409: the same id with another body; nothing left to cancel")
        bid, _ = daemon.price()
        body = {**GOOD, "price": round(bid * 0.9, 2), "client_order_id": "mine"}
        assert link.post("/api/order", body).status == 200
        told = wrong(link.post("/api/order", {**body, "qty": 0.02, "tif": "DAY"}), 409, "duplicate_client_order_id", "qty")
        assert "tif" in told["message"] and "price" not in told["message"], told
        wrong(link.post("/api/cancel", {"client_order_id": "mine", "symbol": "ETHUSDT"}), 404, "not_found")
        assert link.post("/api/cancel", {"client_order_id": "mine"}).status == 200
        daemon.order_when("mine", "CANCELLED")
        wrong(link.post("/api/cancel", {"client_order_id": "mine"}), 409, "order_done", "CANCELLED")
        say("  413: a little too much is read and told; far too much is told at once")
        for size, content in (((1 << 20) + 1, b" " * ((1 << 20) + 1)), (1 << 30, b"")):
            big = daemon.link()
            big.send_raw(f"POST /api/order HTTP/1.1\r\nHost: 127.0.0.1:{daemon.port}\r\nContent-Type: application/json"
                         f"\r\nContent-Length: {size}\r\n\r\n".encode() + content)
            wrong(big.receive(), 413, "body_too_large", "1 MiB")
            big.close()
        say("  a foreign host and a foreign page")
        other = daemon.link()
        other.send_raw(b"GET /api/account HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        wrong(other.receive(), 421, "host_not_allowed")
        wrong(daemon.link().call("POST", "/api/order", GOOD, [("Origin", "http://evil.example")]), 403,
              "origin_not_allowed")
        say("  halted by a person: 422 for what enters")
        done = daemon.run("halt", "--data-dir", daemon.data_dir, "--reason", "a test")
        assert done.returncode == 0, done
        wrong(link.post("/api/order", {**body, "client_order_id": "entry"}), 422, "trading_halted")
        assert daemon.run("resume", "--data-dir", daemon.data_dir).returncode == 0
        assert link.post("/api/order", {**body, "client_order_id": "entry-2"}).status == 200
        assert daemon.stop() == 0


def a_full_table_is_503_and_nothing_was_done():
    with house() as daemon:
        daemon.start(["orders.max=1024", "orders.keys_max=2048"])
        bid, _ = daemon.price()
        link, refused, number = daemon.link(), None, 0
        while refused is None and number < 1200:
            number += 1
            answer = link.post("/api/order", {**GOOD, "qty": 0.0001, "price": round(bid * 0.9, 2),
                                              "client_order_id": f"o{number}"})
            refused = answer if answer.status != 200 else None
        assert refused is not None and refused.status == 503, refused
        assert refused.json["error"] == "overloaded" and refused.headers["retry-after"] == "1", refused
        assert daemon.state(f"o{number}") is None
        say(f"  order {number}: {refused.json['message']}")
        for at in range(1, 21):
            assert link.post("/api/cancel", {"client_order_id": f"o{at}"}).status == 200
        def again():
            return link.post("/api/order", {**GOOD, "qty": 0.0001, "price": round(bid * 0.9, 2),
                                            "client_order_id": f"o{number}"}).status == 200
        wait_for("cancelled orders leave room", again, 10, 0.2)
        assert daemon.stop() == 0


# ---- the event stream ----

def key_of(frame):
    return (frame[0], frame[1], json.dumps(frame[2], sort_keys=True))


class Watcher(threading.Thread):
    """Reads one stream to a marker, and never leaves it."""

    def __init__(self, daemon, until):
        super().__init__()
        self.stream, self.frames, self.until, self.problem = Stream(daemon.port), [], until, None

    def run(self):
        try:
            while not self.until(self.frames[-1] if self.frames else None):
                self.frames.append(self.stream.frame())
        except Exception as problem:
            self.problem = problem


def last_order(frame):
    return frame and frame[1] == "order_state" and frame[2]["client_order_id"] == "the-end"


def come_and_go(daemon, first_id, rng):
    """Reads by pieces: each time a connection of its own that says the last id it saw."""
    frames, pending, last_id, joins = [], [], first_id, 0
    while True:
        by_header = joins % 2
        stream = Stream(daemon.port, "" if by_header else f"?last_id={last_id}",
                        [("Last-Event-ID", str(last_id))] if by_header else [])
        joins += 1
        pending = []
        for _ in range(rng.randrange(1, 120)):
            pending.append(stream.frame())
            if pending[-1][0] is not None:  # frames without an id belong to the next one that has one
                frames += pending
                pending, last_id = [], frames[-1][0]
            if frames and last_order(frames[-1]):
                stream.close()
                return frames, joins
        stream.close()


def orders_for_a_while(daemon, seconds, bid):
    link, until, number = daemon.link(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data, count = b"", 8
        for _ in range(count):
            number += 1
            side = "BUY" if number % 2 else "SELL"
            more = {"type": "MARKET"} if number % 3 else {"price": round(bid * 0.9, 2), "side": "BUY"}
            data += link.request("POST", "/api/order", {"symbol": "BTCUSDT", "side": side, "qty": 0.001,
                                                        "client_order_id": f"s{number}", **more})
        link.send_raw(data)
        for _ in range(count):
            assert link.receive().status == 200
        time.sleep(0.02)
    time.sleep(0.3)
    assert daemon.order(qty=0.001, price=round(bid * 0.8, 2), client_order_id="the-end").status == 200
    return number


def a_stream_is_left_and_joined_without_loss_or_repeats():
    seed = support.seed_of()
    rng = support.random.Random(seed)
    with house() as daemon:
        daemon.start()
        bid, _ = daemon.price()
        watcher = Watcher(daemon, last_order)
        watcher.start()
        first_id = wait_for("a first id", lambda: watcher.stream.last_id)
        found = []
        goer = threading.Thread(target=lambda: found.append(come_and_go(daemon, first_id, rng)))
        goer.start()
        number = orders_for_a_while(daemon, 3.0, bid)
        watcher.join(20)
        goer.join(20)
        assert not watcher.is_alive() and watcher.problem is None and found, (watcher.problem, found[:1])
        frames, joins = found[0]
        ids = [frame[0] for frame in watcher.frames if frame[0] is not None]
        assert ids == sorted(set(ids)), "ids only grow"
        start = next(index for index, frame in enumerate(watcher.frames) if frame[0] == first_id)
        whole = [key_of(frame) for frame in watcher.frames[start + 1:]]
        parts = [key_of(frame) for frame in frames]
        assert parts == whole, next((a, b) for a, b in zip(parts + [None], whole + [None]) if a != b)
        for number_id, event, data in watcher.frames:
            shaped(data, EVENTS[event], event)
        states = {}
        for _, event, data in watcher.frames:
            if event == "order_state":
                states[data["client_order_id"]] = data
        assert len(states) == number + 1, (len(states), number)
        shown = {item["client_order_id"]: item for item in daemon.get("/api/orders_state").json["items"]}
        for key, state in states.items():
            if state["status"] in DONE:
                assert shown[key] == state, (shown[key], state)
        fills = [data["client_order_id"] for _, event, data in watcher.frames if event == "fill"]
        say(f"  {number} orders, {len(fills)} fills, {len(whole)} frames; {joins} times joined again: the same frames")
        head = watcher.stream.head.decode().lower()
        for field in ("text/event-stream; charset=utf-8", "no-cache", "x-accel-buffering: no"):
            assert field in head, head
        assert daemon.stop() == 0


def who_stayed_away_too_long_is_told_of_a_gap():
    with house() as daemon:
        daemon.start(["server.stream_bytes=64KiB"])
        bid, _ = daemon.price()
        stream = Stream(daemon.port)
        while stream.last_id is None:
            stream.frame()
        old = stream.last_id
        stream.close()
        keeper = Stream(daemon.port)  # somebody listens, so that frames are made
        orders_for_a_while(daemon, 1.0, bid)
        stream = Stream(daemon.port, headers=[("Last-Event-ID", str(old))])
        number, event, data = stream.frame()
        assert event == "gap" and data["from"] == old + 1 and data["to"] >= data["from"], (number, event, data)
        say(f"  gap {data}")
        after = stream.frame()
        while after[0] is None:
            after = stream.frame()
        assert after[0] > data["to"], (data, after)
        keeper.close()
        stream.close()
        assert daemon.stop() == 0


def silence_is_broken_by_a_comment():
    with house() as daemon:
        path = write_trades(os.path.join(daemon.home, "short.csv"), [60000.0] * 3)
        daemon.start([*file_market(path), "paper.loop=false"])
        wait_for("the market ends", lambda: "replay_ended" in daemon.log())
        time.sleep(0.3)
        stream, start = Stream(daemon.port, timeout=14.0), time.monotonic()
        try:
            while not stream.comments:
                while b"\n\n" not in stream.link.buffer:
                    stream.link._fill()
                block, _, stream.link.buffer = stream.link.buffer.partition(b"\n\n")
                if block.startswith(b":"):
                    stream.comments.append(block)
        except (Closed, TimeoutError) as problem:
            raise AssertionError("no comment came") from problem
        after = time.monotonic() - start
        say(f"  '{stream.comments[0].decode()}' after {after:.1f} s")
        assert 8 < after < 13, after
        stream.close()
        assert daemon.stop() == 0


if __name__ == "__main__":
    sys.exit(main(every_read_has_its_fields, the_bot_of_the_documents, what_is_wrong_is_told_with_a_code,
                  a_full_table_is_503_and_nothing_was_done, a_stream_is_left_and_joined_without_loss_or_repeats,
                  who_stayed_away_too_long_is_told_of_a_gap, silence_is_broken_by_a_comment))
