"""Goal: nobody who can reach the port, by malice or by mistake, stops the daemon, changes its state with a refused
request, or gets an answer other than one that tells what to do. The daemon's log must hold no report of a
sanitizer, and it must still trade and stop well afterwards."""
import itertools
import json
import re
import socket
import struct
import sys
import time

from support import Closed, Daemon, main, say, wait_for

SETTINGS = ["paper.balances=USDT 100000,BTC 1"]
ALLOWED_5XX = {501, 503, 504, 505}


def exchange(port, raw, wait=1.0, half_close=False):
    """Sends raw bytes; everything that comes back until the other side is silent or closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as link:
        got = b""
        try:
            link.sendall(raw)
            if half_close:
                link.shutdown(socket.SHUT_WR)
            while True:
                piece = link.recv(65536)
                if not piece:
                    return got, True
                got += piece
                link.settimeout(0.15)
        except (TimeoutError, socket.timeout):
            return got, False
        except (ConnectionError, BrokenPipeError):
            return got, True


def statuses(text):
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d\d\d) ", text)]


def state_of(daemon):
    """What a refused request may not change."""
    account = daemon.get("/api/account").json
    return daemon.get("/api/orders_state").body, account["balances"], account["open_orders"]


def settled(daemon):
    """The state once the venue has answered what was taken."""
    last = state_of(daemon)
    while True:
        time.sleep(0.03)
        now = state_of(daemon)
        if now == last:
            return now
        last = now


def check_answer(story, answer):
    assert answer.status < 500 or answer.status in ALLOWED_5XX, (story, answer)
    if answer.status >= 400:
        assert answer.headers.get("content-type") == "application/json", (story, answer.headers, answer)
        told = answer.json
        assert told["error"] and told["message"], (story, answer)
        assert "nosniff" in answer.headers.get("x-content-type-options", ""), (story, answer.headers)


# ---- the shape of requests ----

ORDER = b'{"symbol":"BTCUSDT","side":"BUY","qty":0.001,"price":10000,"client_order_id":"smuggled"}'
HOST = b"Host: localhost\r\n"
TYPE = b"Content-Type: application/json\r\n"


def post(fields, body=ORDER, line=b"POST /api/order HTTP/1.1\r\n", host=HOST):
    return line + host + TYPE + fields + b"\r\n" + body


def length(body=ORDER):
    return b"Content-Length: %d\r\n" % len(body)


HIDDEN = b"POST /api/order HTTP/1.1\r\n" + HOST + TYPE + length() + b"\r\n" + ORDER
SHAPES = {
    "two lengths, the same": post(length() + length()),
    "two lengths that differ": post(length() + b"Content-Length: 0\r\n"),
    "a list of lengths": post(b"Content-Length: %d, %d\r\n" % (len(ORDER), len(ORDER))),
    "length and chunks": post(length() + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + HIDDEN),
    "chunks and length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n" + HIDDEN),
    "chunked twice": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunked and identity": post(b"Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n"),
    "xchunked": post(b"Transfer-Encoding: xchunked\r\n" + length()),
    "chunked with a tab": post(b"Transfer-Encoding:\tchunked\r\n" + length()),
    "chunked with a vertical tab": post(b"Transfer-Encoding: \x0bchunked\r\n" + length()),
    "encoding folded": post(b"Transfer-Encoding:\r\n chunked\r\n" + length()),
    "length folded": post(b"Content-Length:\r\n %d\r\n" % len(ORDER)),
    "blank before the colon": post(b"Content-Length : %d\r\n" % len(ORDER)),
    "length with a plus": post(b"Content-Length: +%d\r\n" % len(ORDER)),
    "length with a minus": post(b"Content-Length: -%d\r\n" % len(ORDER)),
    "length in hex": post(b"Content-Length: 0x%x\r\n" % len(ORDER)),
    "length with a tail": post(b"Content-Length: %dabc\r\n" % len(ORDER)),
    "length empty": post(b"Content-Length:\r\n"),
    "length of 2^64": post(b"Content-Length: 18446744073709551616\r\n"),
    "length of 2^64-1": post(b"Content-Length: 18446744073709551615\r\n"),
    "length of 2^63": post(b"Content-Length: 9223372036854775808\r\n"),
    "chunk size of 2^64": post(b"Transfer-Encoding: chunked\r\n", b"10000000000000000\r\n" + ORDER),
    "chunk size negative": post(b"Transfer-Encoding: chunked\r\n", b"-1\r\n" + ORDER),
    "chunk size no number": post(b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + ORDER),
    "chunk size 0x": post(b"Transfer-Encoding: chunked\r\n", b"0x%x\r\n" % len(ORDER) + ORDER + b"\r\n0\r\n\r\n"),
    "chunk without an end": post(b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(ORDER) + ORDER + b"XX0\r\n\r\n"),
    "no version": b"GET /api/account\r\n\r\n",
    "no version, post": b"POST /api/order\r\n" + HOST + length() + b"\r\n" + ORDER,
    "http 0.9 word": b"GET /api/account HTTP/0.9\r\n" + HOST + b"\r\n",
    "http 2.0": post(length(), line=b"POST /api/order HTTP/2.0\r\n"),
    "http 1.2": post(length(), line=b"POST /api/order HTTP/9.9\r\n"),
    "http 2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http 1.0 without a host": b"POST /api/order HTTP/1.0\r\n" + TYPE + length() + b"\r\n" + ORDER,
    "no host": post(length(), host=b""),
    "two hosts": post(length(), host=HOST + HOST),
    "empty host": post(length(), host=b"Host:\r\n"),
    "foreign host": post(length(), host=b"Host: evil.example\r\n"),
    "host with a user": post(length(), host=b"Host: localhost@evil.example\r\n"),
    "host with a trailing name": post(length(), host=b"Host: localhost:8080.evil.example\r\n"),
    "foreign origin": post(length() + b"Origin: http://evil.example\r\n"),
    "null origin": post(length() + b"Origin: null\r\n"),
    "two origins": post(length() + b"Origin: http://localhost\r\nOrigin: http://evil.example\r\n"),
    "origin with a user": post(length() + b"Origin: http://localhost@evil.example\r\n"),
    "empty origin": post(length() + b"Origin:\r\n"),
    "file origin": post(length() + b"Origin: file://\r\n"),
    "absolute form of another": post(length(), line=b"POST http://evil.example/api/order HTTP/1.1\r\n"),
    "authority form": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "asterisk form": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "path without a slash": post(length(), line=b"POST api/order HTTP/1.1\r\n"),
    "trace": b"TRACE /api/order HTTP/1.1\r\n" + HOST + b"\r\n",
    "lower case method": post(length(), line=b"post /api/order HTTP/1.1\r\n"),
    "%00 in the path": post(length(), line=b"POST /api/order%00 HTTP/1.1\r\n"),
    "%2e%2e in the path": post(length(), line=b"POST /api/x/%2e%2e/order HTTP/1.1\r\n"),
    "dots in the path": post(length(), line=b"POST /api/../api/order HTTP/1.1\r\n"),
    "two slashes": post(length(), line=b"POST //api/order HTTP/1.1\r\n"),
    "%2f in the path": post(length(), line=b"POST /api%2f%2forder HTTP/1.1\r\n"),
    "bad escape": post(length(), line=b"POST /api/order%zz HTTP/1.1\r\n"),
    "a method of 5000 bytes": b"A" * 5000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path of 100000 bytes": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a field of 100000 bytes": b"GET /health HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100000 + b"\r\n\r\n",
    "5000 fields": b"GET /health HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 5000 + b"\r\n",
    "fields of 8 KiB and an order": post(b"X: " + b"a" * 9000 + b"\r\n" + b"Content-Length: 9999999\r\n"),
    "field without a colon": post(b"nonsense\r\n" + length() + length()),
    "field with no name": post(b": value\r\n" + length() + length()),
    "field with a NUL": post(b"X: a\0b\r\n" + length() + length()),
    "binary": bytes(range(256)) * 40,
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "only line ends": b"\r\n" * 5000,
    "expect something else": post(b"Expect: a-miracle\r\n" + length(b"{}"), b"{}"),
    "text/plain": b"POST /api/order HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain\r\n" + length() + b"\r\n" + ORDER,
    "json-ish type": b"POST /api/order HTTP/1.1\r\n" + HOST + b"Content-Type: application/jsonp\r\n" + length()
                     + b"\r\n" + ORDER,
    "multipart": b"POST /api/order HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"
                 + length() + b"\r\n" + ORDER,
    "get with a body that is an order": b"GET /api/order_state HTTP/1.1\r\n" + HOST + length(HIDDEN) + b"\r\n" + HIDDEN,
    "an order inside a refused body": post(length(HIDDEN) + b"Origin: null\r\n", HIDDEN),
    "an order behind a refused length": post(b"Content-Length: 99999999\r\n", HIDDEN),
    "an order behind two lengths": post(b"Content-Length: 0\r\nContent-Length: 0\r\n", HIDDEN),
    "an order behind a foreign host": post(b"Content-Length: 0\r\n", HIDDEN, host=b"Host: evil.example\r\n"),
}
# These are an order for us and must be nothing else for anybody before us: one order, then silence.
WELL_FORMED = {
    "chunks with an extension": post(b"Transfer-Encoding: chunked\r\n",
                                     b"%x;a=b;c=\"d\"\r\n" % len(ORDER) + ORDER + b"\r\n0\r\n\r\n"),
    "chunks with a trailer": post(b"Transfer-Encoding: chunked\r\n",
                                  b"%x\r\n" % len(ORDER) + ORDER + b"\r\n0\r\nContent-Length: 7\r\nX: y\r\n\r\n"),
    "upgrade to h2c": post(length() + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"),
    "absolute form": post(length(), line=b"POST http://localhost/api/order HTTP/1.1\r\n"),
    "http 1.0": post(length(), line=b"POST /api/order HTTP/1.0\r\n"),
    "expect 100": post(b"Expect: 100-continue\r\n" + length()),
    "percent-encoded path": post(length(), line=b"POST /api/%6frder HTTP/1.1\r\n"),
    "bare line feeds": post(length()).replace(b"\r\n", b"\n"),
}


# What is not HTTP at all libmicrohttpd answers itself, in HTML and with Connection: close.
NOT_HTTP = b"<html>"
SILENT = {"a TLS hello", "only line ends"}  # no request yet: the idle timeout ends these


def no_shape_of_a_request_slips_an_order_in():
    with Daemon(settings=SETTINGS, config="strategies: []\n") as daemon:
        daemon.start()
        daemon.price()
        before = state_of(daemon)
        for story, raw in SHAPES.items():
            got, closed = exchange(daemon.port, raw)
            codes = statuses(got)
            assert codes or closed or story in SILENT, f"silence: {story}"
            assert all(400 <= code < 500 or code in ALLOWED_5XX for code in codes), (story, got[:600])
            assert NOT_HTTP not in got or closed, (story, got)
            assert b"application/json" in got or NOT_HTTP in got or not codes, (story, got)
            assert state_of(daemon) == before, (story, got)
        for number, (story, raw) in enumerate(WELL_FORMED.items()):
            name = b"well%04d" % number
            got, _ = exchange(daemon.port, raw.replace(b"smuggled", name))
            assert statuses(got)[-1] == 200 and name in got, (story, got)
        settled(daemon)
        assert len(daemon.get("/api/orders_state").json["items"]) == len(WELL_FORMED)
        assert daemon.stop() == 0
        clean(daemon)


def clean(daemon):
    with open(daemon.log_path, errors="replace") as file:
        text = file.read()
    for mark in ("Sanitizer", "runtime error", "Assertion"):
        assert mark not in text, text[max(0, text.index(mark) - 300):][:4000]


# ---- bodies ----

def base(**fields):
    return {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.001, "price": 10000, **fields}


def raw(name, text):
    """An order whose field is this very text."""
    parts = [f'"{key}":{json.dumps(value)}' for key, value in base().items() if key != name]
    return "{" + ",".join(parts + [f'"{name}":{text}']) + "}"


NUMBERS = ["1e400", "-0", "0", "-1", "1e-400", "NaN", "Infinity", "-Infinity", "01", "00.1", "+1", ".5", "5.", "1e",
           "1e+", "0x10", '"0x10"', '"1e400"', '"-0"', '"NaN"', '"Infinity"', '""', '" 1"', '"1 "', '"1,5"', '"1_000"',
           "true",
           "false", "[]", "[1]", "{}", '{"a":1}', "0.0000000000000000000000001", "99999999999999999999999999999",
           "9223372036854775807", "9223372036854775808", "92233720368.54775807", "-9223372036854775808",
           "1" * 300, '"' + "1" * 300 + '"', "1e18", "1E-1e", '"\\u0031\\u0000"', "1" + "0" * 60, "0." + "0" * 60 + "1",
           "null"]
TEXTS = ["null", "1", "true", "[]", "{}", '""', '" "', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"',
         '"\\u00e9"', '"\u00e9"', '"\U0001f600"', '"a b"', '"a\\tb"', '"a\\nb"', '"\\u007f"', '"' + "x" * 37 + '"',
         '"' + "x" * 5000 + '"', "\"'; DROP TABLE orders;--\"", '"<script>"', '"\\x"', "'x'", '"', '"a']


def bodies():
    for name in ("qty", "price", "stop_price", "trail_amount", "display_qty", "expire_ns"):
        for text in NUMBERS:
            yield f"{name} {text[:40]}", raw(name, text)
    for name in ("symbol", "side", "type", "tif", "client_order_id"):
        for text in TEXTS:
            yield f"{name} {text[:40]}", raw(name, text)
    for name in ("post_only", "reduce_only"):
        for text in ["null", "1", "0", '"true"', "[]", "{}", "tru", "TRUE"]:
            yield f"{name} {text}", raw(name, text)
    yield "empty", ""
    yield "blank", "   "
    yield "null", "null"
    yield "array", "[" + json.dumps(base()) + "]"
    yield "two objects", json.dumps(base()) * 2
    yield "garbage behind", json.dumps(base()) + "x"
    yield "a NUL behind", json.dumps(base()) + "\0"
    yield "a BOM before", "\ufeff" + json.dumps(base())
    yield "deep arrays", '{"qty":' + "[" * 100000 + "]" * 100000 + "}"
    yield "deep objects", '{"a":' * 100000 + "1" + "}" * 100000
    yield "deep, unended", "[" * 500000
    yield "a key twice", raw("qty", "0.001").replace("{", '{"qty":5,', 1)
    yield "a key twice, escaped", raw("qty", "0.001").replace("{", '{"\\u0071ty":5,', 1)
    yield "an unknown key", json.dumps(base(quantity=1))
    yield "a key with a NUL", '{"qty\\u0000":1}'
    yield "a key without quotes", "{qty:1}"
    yield "comments", "{/*x*/}" + json.dumps(base())
    yield "a comma too many", json.dumps(base())[:-1] + ",}"
    yield "bad UTF-8", b'{"symbol":"BTC\xff\xfeUSDT","side":"BUY","qty":1,"price":1}'
    yield "overlong UTF-8", b'{"symbol":"BTCUSDT","client_order_id":"\xc0\xaf","side":"BUY","qty":1,"price":1}'
    yield "a surrogate in UTF-8", b'{"symbol":"BTCUSDT","side":"BUY","qty":1,"price":1,"type":"\xed\xa0\x80"}'
    yield "a lone quote", '"'
    yield "a price and MARKET", json.dumps(base(type="MARKET"))
    yield "symbol of spaces", json.dumps(base(symbol=" BTCUSDT"))
    yield "a megabyte of blanks", " " * (1 << 20)
    yield "a megabyte and one byte", " " * ((1 << 20) + 1)


def no_wrong_body_changes_anything():
    with Daemon(settings=SETTINGS, config="strategies: []\n") as daemon:
        daemon.start()
        daemon.price()
        link, taken, before = daemon.link(), [], state_of(daemon)
        for story, body in bodies():
            try:
                answer = link.call("POST", "/api/order", body, [("Content-Type", "application/json")])
            except Closed:
                raise AssertionError(f"closed by: {story}")
            if answer.status == 200:
                taken.append(story)
                before = settled(daemon)
                continue
            check_answer(story, answer)
            if answer.status == 422:
                before = settled(daemon)
                continue
            assert answer.status in (400, 404, 409, 413), (story, answer)
            assert state_of(daemon) == before, story
        say("  taken: " + "; ".join(taken))
        for body in ("{}", "null", "[]", '{"client_order_id":1}', '{"client_order_id":null}', '{"order_id":"x"}',
                     '{"order_id":-1}', '{"order_id":1.5}', '{"order_id":1e3}', '{"order_id":true}', '{"order_id":[]}',
                     '{"order_id":99999999999999999999}', '{"order_id":9223372036854775807}', '{"order_id":0}',
                     '{"order_id":1,"client_order_id":"a"}', '{"client_order_id":"a","symbol":"NOPE"}',
                     '{"client_order_id":"a","qty":1}', '{"client_order_id":""}'):
            answer = link.call("POST", "/api/cancel", body, [("Content-Type", "application/json")])
            check_answer(body, answer)
            assert 400 <= answer.status < 500, (body, answer)
        assert state_of(daemon) == before
        link.close()
        assert daemon.stop() == 0
        clean(daemon)


def every_combination_is_taken_or_refused_with_a_reason():
    types = ["LIMIT", "MARKET", "STOP", "STOP_LIMIT", "MARKET_IF_TOUCHED", "LIMIT_IF_TOUCHED", "TRAILING_STOP",
             "TRAILING_STOP_LIMIT"]
    prices = {"BUY": {"price": 40000, "stop_price": 60000, "trail_amount": 500},
              "SELL": {"price": 60000, "stop_price": 40000, "trail_amount": 500}}
    count = {}
    settings = SETTINGS + ["risk.order_rate_max=0", "risk.open_orders_max=0"]
    with Daemon(settings=settings, config="strategies: []\n") as daemon:
        daemon.start()
        daemon.price()
        link, serial = daemon.link(), 0
        future = (int(time.time()) + 3600) * 10**9
        tifs = ["GTC", "GTD", "IOC", "FOK", "DAY", "AT_OPEN"]
        for kind, tif, side in itertools.product(types, tifs, ["BUY", "SELL"]):
            for has in itertools.chain.from_iterable(itertools.combinations(prices[side], n) for n in range(4)):
                for extra in ({}, {"post_only": True}, {"reduce_only": True}, {"display_qty": 0.0005},
                              {"display_qty": 1}, {"expire_ns": future}, {"expire_ns": 1},
                              {"expire_ns": future, "post_only": True, "reduce_only": True, "display_qty": 0.0005}):
                    serial += 1
                    order = base(type=kind, tif=tif, side=side, client_order_id=f"c-{serial}", **extra)
                    del order["price"]
                    order.update({name: prices[side][name] for name in has})
                    answer = link.post("/api/order", order)
                    check_answer(order, answer)
                    again = link.post("/api/order", order)
                    assert answer.status == again.status and (answer.status == 400 or answer.body == again.body), (
                        order, answer, again)
                    count[answer.status] = count.get(answer.status, 0) + 1
        say(f"  {count}")
        link.close()
        assert daemon.stop() == 0
        clean(daemon)
        daemon.replay()


# ---- connections ----

HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def reset(link):
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def connections_in_every_state_do_no_harm():
    with Daemon(settings=SETTINGS, config="strategies: []\n") as daemon:
        daemon.start()
        daemon.price()
        address = ("127.0.0.1", daemon.port)
        for cut in range(0, len(HIDDEN), 7):
            for end in (reset, socket.socket.close):
                link = socket.create_connection(address)
                link.sendall(HIDDEN[:cut])
                end(link)
        assert daemon.state("smuggled") is None
        for _ in range(200):  # gone while the order waits for its sync
            link = socket.create_connection(address)
            link.sendall(HIDDEN)
            reset(link)
        got, _ = exchange(daemon.port, HIDDEN.replace(b"smuggled", b"halfshut"), half_close=True)
        assert statuses(got) == [200], got
        slow = []
        for _ in range(300):
            link = socket.create_connection(address)
            link.sendall(b"POST /api/order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n")
            slow.append(link)
        got, _ = exchange(daemon.port, HEALTH)
        assert statuses(got) == [200], got
        for link in slow:
            link.close()
        held = []
        for _ in range(10000):
            try:
                held.append(socket.create_connection(address, timeout=1))
            except OSError:
                break
        say(f"  {len(held)} connections held")
        for link in held:
            link.close()
        wait_for("room again", lambda: statuses(exchange(daemon.port, HEALTH)[0]) == [200])
        pipelined = b"".join(HIDDEN.replace(b"smuggled", b"pipe-%03d" % i) for i in range(200))
        got, _ = exchange(daemon.port, pipelined, wait=5)
        assert statuses(got) == [200] * 200, statuses(got)
        for query, status in (("last_id=-1", 400), ("last_id=99999999999999999999", 400), ("last_id=", 400),
                              ("last_id=18446744073709551615", 200), ("last_id=1e3", 400), ("last_id=%00", 400),
                              ("last_id=0x1", 400), ("last_id=0", 200)):
            got, _ = exchange(daemon.port, f"GET /api/stream?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert statuses(got) == [status], (query, got)
        assert daemon.stop() == 0
        clean(daemon)


if __name__ == "__main__":
    sys.exit(main(no_shape_of_a_request_slips_an_order_in, no_wrong_body_changes_anything,
                  every_combination_is_taken_or_refused_with_a_reason, connections_in_every_state_do_no_harm))
