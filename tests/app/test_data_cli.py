"""Goal: `tradewind data` and `tradewind book` as a person meets them: files there and back, real books rebuilt
state by state, and every bad file answered by one sentence."""
import bisect
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
from decimal import Decimal

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("TRADEWIND", os.path.join(HOME, "build/dev/tradewind")))
SHARED = os.environ.get("TRADEWIND_SHARED", os.path.join(os.path.dirname(HOME), "shared"))
DATA, BOOKS = os.path.join(SHARED, "data"), os.path.join(SHARED, "fixtures", "books")
BARS = "timestamp,open,high,low,close,volume\n"


def call(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=200)


def good(*words):
    done = call(*words)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def refused(says, *words, code=1):
    done = call(*words)
    assert done.returncode == code, (words, done)
    assert done.stderr.startswith("tradewind: ") and says in done.stderr, (words, done.stderr)
    assert "Sanitizer" not in done.stderr, done.stderr


def rows_of(path):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        return list(csv.DictReader(file))


def a_file_goes_there_and_back(home):
    bars, twc, back = (os.path.join(home, name) for name in ("my bars.csv", "x.twc", "back.csv"))
    text = BARS + "2024-01-01,1.50,2,1,1,3\n2024-01-02,1,2,1,1.25,3\n2024-01-05,1,2,1,1,3\n"
    with open(bars, "w") as file:
        file.write(text)
    told = json.loads(good("data", "import", bars, "--out", twc, "--symbol", "ETH/BTC", "--gaps", "missing",
                           "--tick", "0.01", "--json"))
    assert told["rows"] == 3 and told["layout"] == "bars_timestamp" and told["gaps"] == 1, told
    assert good("data", "export", twc) == text
    good("data", "export", twc, "--out", back)
    with open(back) as file:
        assert file.read() == text
    seen = json.loads(good("data", "inspect", twc, "--json"))
    assert seen["columnar"] and seen["symbol"] == "ETH/BTC" and seen["gaps"]["missing"] == 1, seen
    gaps = json.loads(good("data", "gaps", twc, "--json"))["gaps"]
    assert gaps == [{"from": "2024-01-03T00:00:00Z", "to": "2024-01-05T00:00:00Z", "bars": 2,
                     "kind": "missing"}], gaps
    assert "no gaps" in good("data", "gaps", twc, "--kind", "no-trade")
    days = good("data", "resample", twc, "--interval", "1w").splitlines()
    assert days[1].endswith(",1.5,2,1,1,9") and len(days) == 2, days
    assert "orders_lobster" in good("data", "inspect", "--layouts")
    refused("is a columnar file already", "data", "import", twc)
    with open(twc, "r+b") as file:
        file.seek(400)
        file.write(b"\xff")
    refused("damaged (checksum", "data", "export", twc)


def clocks_and_sides_are_named(home):
    quotes, twc = os.path.join(home, "q.csv"), os.path.join(home, "q.twc")
    with open(quotes, "w") as file:
        file.write("ts_ms,bid,ask\n0,1.1,1.2\n30000,1.3,1.6\n60000,1,1.1\n")
    good("data", "import", quotes, "--out", twc, "--time-zone", "-05:00")
    assert json.loads(good("data", "inspect", twc, "--json"))["first"] == "1970-01-01T05:00:00Z"
    with open(quotes) as file:
        assert good("data", "export", twc) == file.read()
    for side, bar in (("mid", "1.15,1.45,1.15,1.45,0"), ("bid", "1.1,1.3,1.1,1.3,0"), ("ask", "1.2,1.6,1.2,1.6,0")):
        bars = good("data", "resample", quotes, "--interval", "1m", "--price", side).splitlines()
        assert bars[1] == f"0,{bar}" and len(bars) == 3, (side, bars)
    refused("there are mid, bid and ask", "data", "resample", quotes, "--interval", "1m", "--price", "last", code=2)
    bid, ask = os.path.join(home, "bid.csv"), os.path.join(home, "ask.csv")
    for path, days in ((bid, (1, 2, 3)), (ask, (1, 3, 4))):
        with open(path, "w") as file:
            file.write("timestamp,open,high,low,close\n" + "".join(f"2024-01-0{day},1,2,1,1\n" for day in days))
    refused("bid.csv:3: ", "data", "import", bid, "--ask", ask, "--out", twc)
    told = json.loads(good("data", "import", bid, "--ask", ask, "--out", twc, "--skip-bad", "--json"))
    assert told["rows"] == 2 and told["skipped"] == 2 and told["layout"] == "bars_bid", told


def a_made_up_market_is_the_same_again(home):
    for kind in ("bars", "trades", "quotes", "book"):
        words = ("data", "generate", "--kind", kind, "--count", "500", "--seed", "7")
        first = good(*words)
        assert first == good(*words) and first != good(*words[:-1], "8"), kind
        path = os.path.join(home, f"{kind}.twc")
        good(*words, "--out", path)
        assert good("data", "export", path) == first, kind
    assert "n_applied" in good("book", "--data", os.path.join(home, "book.twc"))
    bars = good("data", "resample", os.path.join(home, "trades.twc"), "--interval", "1m", "--out",
                os.path.join(home, "minutes.twc"))
    assert bars == "" and "bars" in good("data", "inspect", os.path.join(home, "minutes.twc"))
    refused("bars are not made of books", "data", "resample", os.path.join(home, "book.twc"), "--interval",
            "1m")


def bad_files_get_a_sentence(home):
    bad, out = os.path.join(home, "bad.csv"), os.path.join(home, "bad.twc")
    stories = [
        ("", "bad.csv:1: the file is empty"),
        (BARS, "has a header and no rows"),
        ("a,b\n1,2\n", "no layout has these columns"),
        (BARS + "2024-01-01,1,2,1,NaN,3\n", "bad.csv:2: column 'close' must be a price, not 'NaN'"),
        (BARS + "2024-01-01,1,2,-1,1,3\n", "bad.csv:2: column 'low' is negative"),
        (BARS + "2024-01-02,1,2,1,1,3\n2024-01-01,1,2,1,1,3\n", "bad.csv:3: time goes backwards"),
        (BARS + "2024-01-01,1,2,1,1\n", "bad.csv:2: the row has 5 columns, the header 6"),
        ("ts_ms,trade_id,price,qty,buyer_is_maker\n2,1,1,1,1\n1,2,1,1,1\n", "bad.csv:3: time goes backwards"),
        ("ts_ms,trade_id,price,qty,buyer_is_maker\n2,1,1,0,1\n", "the quantity of a trade is 0"),
        ("ts_ms,event,update_id,side,price,qty\n1,delta,5,b,1,1\n", "ends without a snapshot"),
    ]
    for text, says in stories:
        with open(bad, "w") as file:
            file.write(text)
        refused(says, "data", "import", bad, "--out", out)
        assert not os.path.exists(out) and not os.path.exists(out + ".new"), text
    with open(bad, "w") as file:
        file.write("ts_ms,event,update_id,side,price,qty\n1,snapshot,5,b,1,1\n2,delta,6,b,x,1\n3,delta,7,b,1,2\n")
    refused("bad.csv:3: column 'price' must be a price", "data", "import", bad, "--out", out)
    done = call("data", "import", bad, "--skip-bad", "--out", out)
    assert done.returncode == 1 and "rows of a book cannot be left out" in done.stderr, done
    refused("is a directory", "data", "import", home)
    refused("No such file", "data", "inspect", bad + "x")
    refused("is not a regular file", "data", "inspect", "/dev/null")
    refused("is no columnar file", "data", "export", bad)
    refused("is no kind of gap", "data", "import", bad, "--gaps", "odd", code=2)
    refused("is no length", "data", "resample", bad, "--interval", "1y", code=2)
    packed = gzip.compress((BARS + "2024-01-01,1,2,1,1,3\n" * 9000).encode(), 0)
    with open(bad, "wb") as file:
        file.write(packed[:-5000])
    refused("the gzip file ends too early", "data", "import", bad, "--out", out)


def a_line_without_end_takes_no_memory(home):
    """Ten gigabytes of one line, in a file with a hole, and a line that gzip made small."""
    huge = os.path.join(home, "huge.csv")
    for begin in (b"", BARS.encode()):
        with open(huge, "wb") as file:
            file.write(begin)
            file.truncate(10 << 30)
        refused("the line is longer than 65536 bytes", "data", "import", huge)
    os.unlink(huge)
    with gzip.open(huge + ".gz", "wb", 1) as file:
        file.write(BARS.encode())
        for _ in range(256):
            file.write(b"1" * (1 << 20))
    refused("huge.csv.gz:2: the line is longer than 65536 bytes", "data", "import", huge + ".gz")
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert peak_mb < 400, peak_mb # what the whole test took at most, sanitizers and all


def the_touch_is_the_venues(home, name):
    """After every delta the best bid and ask are those of the venue's own stream at that update id."""
    out = os.path.join(home, "states.csv")
    good("book", "--data", os.path.join(DATA, f"{name}_l2.csv.gz"), "--every", "1", "--out", out)
    quotes = rows_of(os.path.join(DATA, f"{name}_bbo.csv.gz"))
    ids = [int(quote["update_id"]) for quote in quotes]
    states, compared, equal = rows_of(out), 0, 0
    for state in states:
        at = bisect.bisect_right(ids, int(state["last_id"])) - 1
        if at < 0:
            continue
        quote, compared = quotes[at], compared + 1
        equal += all(Decimal(state[mine]) == Decimal(quote[theirs]) for mine, theirs in
                     (("bid1_px", "bid"), ("bid1_qty", "bid_qty"), ("ask1_px", "ask"), ("ask1_qty", "ask_qty")))
    print(f"{name}: {len(states)} states, {compared} compared, {equal} equal")
    assert compared == equal and compared > 0.99 * len(states), (name, len(states), compared, equal)


def books_are_rebuilt(home):
    out, count = os.path.join(home, "book.csv"), 0
    for file in sorted(os.listdir(BOOKS)):
        if not file.endswith("_checkpoints.csv"):
            continue
        name, kind = file.split(".")[0], file.split(".")[1]
        path = os.path.join(DATA, f"{name}_l2.csv.gz")
        path = path if os.path.exists(path) else os.path.join(DATA, f"{name}.csv.gz")
        good("book", "--data", path, "--checkpoints", os.path.join(BOOKS, file), "--out", out)
        mine, theirs = rows_of(out), rows_of(os.path.join(BOOKS, file))
        assert len(mine) == len(theirs) and list(mine[0]) == list(theirs[0]), file
        for left, right in zip(mine, theirs):
            for column in right:
                same = Decimal(left[column]) == Decimal(right[column])
                assert same or column.endswith("head_order_id"), (file, right, column, left[column])
        print(f"{file}: {len(mine)} states equal ({kind})")
        count += 1
    assert count == 4, count
    messages = os.path.join(DATA, "aapl_lobster_messages_a_2012_06_21.csv")
    levels = os.path.join(DATA, "aapl_lobster_book10_a_2012_06_21.csv")
    good("book", "--data", messages, "--levels", levels, "--out", out)
    mine, theirs = rows_of(out), rows_of(levels)
    assert len(mine) == len(theirs) == 600
    for left, right in zip(mine, theirs):
        assert all(left[column] == right[column] for column in left), (left, right)
    refused("--levels", "book", "--data", messages)
    refused("holds trades, not a book", "book", "--data",
            os.path.join(DATA, "xrp_eth_trades_2019_10.csv.gz"))
    refused("is a LOBSTER book file", "data", "resample", levels, "--interval", "1m")


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        return 77
    with tempfile.TemporaryDirectory() as home:
        a_file_goes_there_and_back(home)
        clocks_and_sides_are_named(home)
        a_made_up_market_is_the_same_again(home)
        bad_files_get_a_sentence(home)
        a_line_without_end_takes_no_memory(home)
        if os.path.isdir(BOOKS):
            books_are_rebuilt(home)
            for name in ("btcusdt_binance_spot_2024_08_08", "ethusdt_binance_usdm_2024_08_08"):
                the_touch_is_the_venues(home, name)
        else:
            print(f"NOTE: without {BOOKS} no real book is rebuilt (set TRADEWIND_SHARED)")
    print("data: all as told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
