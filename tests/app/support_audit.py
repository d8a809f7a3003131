"""Goal: an auditor who believes only the journal. It reads `tradewind journal dump --json` record by record
and keeps books of its own: every number the engine wrote must be the sum of what happened.

It goes on where it stopped, so that a long run costs each record once.
"""
import json
import subprocess
from decimal import Decimal

import support

LIVE = {"NEW", "SENT", "OPEN", "AMENDING", "CANCELLING", "UNKNOWN"}


class Audit:
    def __init__(self, data_dir):
        self.data_dir, self.seq = data_dir, 0
        self.ledger = {}     # (account, asset) -> sum of entries
        self.balances = {}   # (account, asset) -> (total, reserved) as the engine says
        self.positions = {}  # (account, instrument) -> image
        self.lots = {}       # (account, instrument) -> sum of fills
        self.orders = {}     # id -> image
        self.keys = {}       # client_order_id -> id
        self.filled = {}     # order id -> sum of fills
        self.trades = set()  # (instrument, trade id)
        self.reserved = {}   # (account, asset) -> sum of what live orders hold
        self.assets = {}     # instrument -> (base, quote)
        self.codes = {}      # asset -> code
        self.open = {}       # account -> open orders, counted from the order images
        self.told = []       # account images of this batch
        self.kinds = {}
        self.last = None

    def read(self):
        """Everything that is new; returns how many records."""
        words = [support.PROGRAM, "journal", "dump", "--json", "--data-dir", self.data_dir,
                 "--from", str(self.seq + 1)]
        before = self.seq
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            for line in process.stdout:
                self.take(json.loads(line, parse_float=Decimal))
            error = process.stderr.read().decode()
            assert process.wait() == 0, error
        self.balanced()
        return self.seq - before

    def take(self, record):
        seq = int(record["seq"])
        assert seq == self.seq + 1, f"after record {self.seq} comes {seq}"
        self.seq = seq
        kind = record["kind"]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        book = getattr(self, "take_" + kind.lower(), None)
        if book:
            book(record, record["body"])
        if record.get("flags", 0) & 1 and kind not in ("MARKET_ROW", "QUOTE", "TRADE"):
            self.batch_end(record)

    # ---- facts ----

    def take_asset(self, record, body):
        self.codes[len(self.codes) + 1] = body["code"]

    def take_instrument(self, record, body):
        symbol = body["symbol"]
        ids = {code: asset for asset, code in self.codes.items()}
        self.assets[body["id"]] = (ids[symbol[:-4]], ids[symbol[-4:]])

    def take_ledger(self, record, body):
        amount, asset = body["amount"], body["asset"]
        assert amount > 0, record
        for account, sign in ((body["from"], -1), (body["to"], 1)):
            key = (account, asset)
            self.ledger[key] = self.ledger.get(key, Decimal(0)) + sign * amount

    def take_fill(self, record, body):
        order, lots = int(body["order_id"]), body["qty_lots"]
        trade = (record["instrument"], body["trade_id"])
        assert trade not in self.trades, f"trade {trade} is booked twice: {record}"
        assert order in self.orders, f"a fill of an order nobody asked for: {record}"
        assert lots > 0, record
        self.trades.add(trade)
        self.filled[order] = self.filled.get(order, 0) + lots
        key = (record["account"], record["instrument"])
        self.lots[key] = self.lots.get(key, 0) + (lots if body["side"] == "BUY" else -lots)

    def take_discrepancy(self, record, body):
        raise AssertionError(f"the paper venue surprised the engine: {record}")

    # ---- images ----

    def take_order(self, record, body):
        order = int(body["id"])
        key = body.get("client_order_id", f"strategy {record.get('strategy')} {order}")
        account, old = record["account"], self.orders.get(order)
        if old is None:
            assert self.keys.get(key, order) == order, f"'{key}' is order {self.keys[key]} and {order}"
            self.keys[key] = order
        else:
            assert old["state"] in LIVE or old["state"] == body["state"], (old, record)
            assert body["filled_lots"] >= old["filled_lots"], (old, record)
            assert body.get("client_order_id") == old.get("client_order_id"), (old, record)
            self.hold(account, record["instrument"], old, -1)
        self.orders[order] = body
        self.hold(account, record["instrument"], body, 1)
        assert body["filled_lots"] == self.filled.get(order, 0), (record, self.filled.get(order, 0))
        assert (body["state"] == "FILLED") == (body["filled_lots"] >= body["qty_lots"] > 0), record
        if body["state"] not in LIVE:
            assert body["reserved"] == 0, f"a done order holds money: {record}"

    def hold(self, account, instrument, order, sign):
        asset = self.assets[instrument][1 if order["side"] == "BUY" else 0]
        key = (account, asset)
        self.reserved[key] = self.reserved.get(key, Decimal(0)) + sign * order["reserved"]
        if order["state"] in LIVE:
            self.open[account] = self.open.get(account, 0) + sign

    def take_position(self, record, body):
        self.positions[(record["account"], body["instrument"])] = body

    def take_balance(self, record, body):
        self.balances[(record["account"], body["asset"])] = (body["total"], body["reserved"])

    def take_account(self, record, body):
        self.told.append(body)

    # ---- sums ----

    def batch_end(self, record):
        # An account's image is not told with each order, but when it is told it is right.
        for image in self.told:
            assert image["open_orders"] == self.open.get(image["id"], 0), (image, self.open, record)
        self.told = []
        if record["kind"] in ("ACCOUNT", "ORDER", "BALANCE"):
            self.balanced(record)

    def balanced(self, record=None):
        where = record or f"after record {self.seq}"
        for key, (total, reserved) in self.balances.items():
            assert total == self.ledger.get(key, 0), f"balance {key} {total} is not {self.ledger.get(key)}: {where}"
            assert reserved == self.reserved.get(key, 0), \
                f"reserved {key} {reserved} is not {self.reserved.get(key)}: {where}"
            assert total >= reserved >= 0, f"{key} {total} {reserved}: {where}"
        for key, image in self.positions.items():
            assert image["qty_lots"] == self.lots.get(key, 0), f"position {key}: {image}, {self.lots.get(key)}: {where}"

    def summary(self):
        fills = sum(1 for _ in self.trades)
        return f"{self.seq} records, {len(self.orders)} orders, {fills} fills"

    def equals(self, daemon, account=1):
        """What the API shows is what the books say; nothing may be moving."""
        answer = daemon.get("/api/account").exact
        assert answer["open_orders"] == self.open.get(account, 0), (answer, self.open)
        shown = {row["asset"]: (row["free"], row["locked"]) for row in answer["balances"]}
        for (owner, asset), (total, reserved) in self.balances.items():
            if owner == account:
                free, locked = shown[self.codes[asset]]
                assert (free + locked, locked) == (total, reserved), (self.codes[asset], free, locked, total, reserved)
