#!/usr/bin/env python3
"""Runs every reference backtest of two public engines and says for each whether we are equal.

usage: check_fixtures.py [--program PATH] [--shared DIR] [--only WORD] [--quick] [--fee-bps N] [--verbose]

Equal is a relative difference of at most 1e-9 in every trade, every bar's equity and every statistic of
the reference. The references lie beside the checkout (../shared) and never in it; without them nothing is
compared and the exit status is 77. --quick leaves out most cells of the parameter grids.
Exit status: 0 = all equal, 1 = one is not, 2 = it could not be run, 77 = no references.
"""
import argparse
import csv
import gzip
import json
import math
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SKIPPED = 77
RELATIVE, ABSOLUTE = 1e-9, 1e-12
SETS = {
    "goog_1d": ("goog_1d_2004_2013.csv", "GOOG", "100000"),
    "eth_btc_5m": ("eth_btc_5m_2018_01.csv", "ETH/BTC", "1000"),
}
BLOCKS = ("stats_backtesting_py", "stats_from_trades", "stats_textbook_per_bar",
          "stats_empyrical_per_bar")
TRADES = "size entry_bar entry_ts exit_bar exit_ts entry_price exit_price sl tp pnl_net commission return_net"
GRID_STATS = {
    "return_pct": "Return [%]", "sharpe": "Sharpe Ratio", "sortino": "Sortino Ratio",
    "calmar": "Calmar Ratio", "win_rate_pct": "Win Rate [%]", "profit_factor": "Profit Factor",
    "sqn": "SQN", "exposure_pct": "Exposure Time [%]", "max_drawdown_pct": "Max. Drawdown [%]",
    "trades": "# Trades", "equity_final": "Equity Final [$]",
}
QUICK_CELLS = 4


def rows(path):
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        return list(csv.DictReader(file))


def number(text):
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


class Report:
    """What differs in one run: nothing, or sentences."""

    def __init__(self):
        self.compared = 0
        self.differences = []

    def same(self, what, expected, got):
        self.compared += 1
        a, b = number(expected), number(got)
        if a is None and b is None:
            equal = (expected or "") == (got or "") or (expected != expected and got is None)
        else:
            bound = ABSOLUTE + RELATIVE * abs(a or 0)
            equal = a is not None and b is not None and abs(a - b) <= bound
        if not equal:
            self.differences.append("%s: expected %s, got %s" % (what, expected, got))

    def table(self, what, expected, got, columns):
        if len(expected) != len(got):
            self.differences.append("%s: expected %d rows, got %d" % (what, len(expected), len(got)))
        for index, (a, b) in enumerate(zip(expected, got)):
            for column in columns:
                if column in a:
                    self.same("%s row %d %s" % (what, index, column), a[column], b.get(column))


class Check:
    def __init__(self, options):
        self.options = options
        self.folder = os.path.join(options.shared, "fixtures", "backtests")

    def run(self, name, strategy, out, fill="next_open", size="equity=0.95", params=()):
        data, symbol, cash = SETS[name]
        command = [self.options.program, "backtest", "--data",
                   os.path.join(self.options.shared, "data", data), "--symbol", symbol, "--strategy",
                   strategy, "--cash", cash, "--fill", fill, "--size", size, "--fee-bps",
                   self.options.fee_bps, "--out", out]
        for param in params:
            command += ["--param", param]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("%s\nexit %d: %s" % (" ".join(command), done.returncode, done.stderr))
        with open(os.path.join(out, "result.json")) as file:
            return json.load(file)

    def reference(self, run, suffix):
        return os.path.join(self.folder, "%s.%s" % (run, suffix))

    def backtesting_py(self, run, out):
        name, strategy, fill, _ = run.split(".")
        report = Report()
        result = self.run(name, strategy, out, "this_close" if fill == "close" else "next_open")
        with open(self.reference(run, "stats.json")) as file:
            expected = json.load(file)
        report.table("trades", rows(self.reference(run, "trades.csv")),
                     rows(os.path.join(out, "trades.csv")), TRADES.split())
        report.table("equity", rows(self.reference(run, "equity.csv.gz")),
                     rows(os.path.join(out, "equity.csv")), ("bar", "ts", "equity", "drawdown"))
        for block in BLOCKS:
            for field, value in expected[block].items():
                report.same("%s %s" % (block, field), value, result[block].get(field))
        for field in ("size", "entry_bar", "entry_price"):
            report.same("open at the end: " + field,
                        [trade[field] for trade in expected["open_trade_at_end"]] and
                        expected["open_trade_at_end"][0][field],
                        [trade[field] for trade in result["open_trade_at_end"]] and
                        result["open_trade_at_end"][0][field])
        return report

    def backtrader(self, run, out):
        name, strategy, _, _ = run.split(".")
        report = Report()
        result = self.run(name, strategy, out, size="backtrader=0.95")
        ours = result["stats_backtrader"]
        with open(self.reference(run, "stats.json")) as file:
            expected = json.load(file)
        trades = rows(os.path.join(out, "trades.csv"))
        for trade in trades:
            trade["pnl_gross"] = float(trade["pnl_net"]) + float(trade["commission"])
        report.table("trades", rows(self.reference(run, "trades.csv")), trades,
                     ("entry_bar", "exit_bar", "entry_price", "pnl_gross", "pnl_net", "commission"))
        report.table("fills", rows(self.reference(run, "fills.csv")),
                     rows(os.path.join(out, "fills.csv")),
                     ("bar", "size", "price", "commission", "cash_after_all_fills_of_bar"))
        report.table("equity", rows(self.reference(run, "equity.csv.gz")),
                     rows(os.path.join(out, "equity.csv")), ("bar", "ts", "equity"))
        for field in ("final_value", "open_position", "sharpe_daily_annualised", "max_drawdown_pct",
                      "max_drawdown_cash", "max_drawdown_len_bars", "daily_returns_count"):
            report.same(field, expected[field], ours[field])
        for field in ("sqn", "trades"):
            report.same("sqn " + field, expected["sqn"][field], ours[field])
        analyzer = expected["trade_analyzer"]
        report.same("pnl gross", analyzer["pnl"]["gross"]["total"], ours["pnl_gross_total"])
        report.same("pnl net", analyzer["pnl"]["net"]["total"], ours["pnl_net_total"])
        report.same("won", analyzer["won"]["total"], ours["won_total"])
        report.same("lost", analyzer["lost"]["total"], ours["lost_total"])
        return report

    def grid(self, run, out):
        name, strategy, _ = run.split(".")
        report = Report()
        cells = rows(self.reference(run, "csv"))
        if self.options.quick:
            cells = cells[::max(1, len(cells) // QUICK_CELLS)]
        for cell in cells:
            params = ["fast=" + cell["fast"], "slow=" + cell["slow"]]
            got = self.run(name, strategy, out, params=params)["stats_backtesting_py"]
            for column, field in GRID_STATS.items():
                report.same("%s %s" % (" ".join(params), column), cell[column], got[field])
        return report

    def one(self, run):
        kinds = {"bpy": self.backtesting_py, "bt": self.backtrader, "grid": self.grid}
        with tempfile.TemporaryDirectory() as out:
            return run, kinds[run.rsplit(".", 1)[1]](run, out)

    def all(self):
        with open(os.path.join(self.folder, "summary.csv")) as file:
            names = [row["run"] for row in csv.DictReader(file)]
        names += ["%s.sma_cross_long.grid" % name for name in SETS]
        names = [name for name in names if self.options.only in name]
        equal = 0
        with ThreadPoolExecutor(2) as pool:
            for run, report in pool.map(self.one, names):
                equal += not report.differences
                print("%-9s %-42s %7d values" % ("not equal" if report.differences else "equal", run,
                                                 report.compared))
                shown = report.differences if self.options.verbose else report.differences[:3]
                for difference in shown:
                    print("            " + difference)
                if len(shown) < len(report.differences):
                    print("            and %d more" % (len(report.differences) - len(shown)))
        print("%d of %d equal" % (equal, len(names)))
        return 0 if equal == len(names) and names else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.environ.get("TRADEWIND", "build/release/tradewind"))
    parser.add_argument("--shared", default=os.environ.get("TRADEWIND_SHARED", "../shared"))
    parser.add_argument("--only", default="", help="only runs whose name holds it")
    parser.add_argument("--quick", action="store_true", help="a few cells of each grid")
    parser.add_argument("--fee-bps", default="10", help="another than the references' makes a difference")
    parser.add_argument("--verbose", action="store_true", help="every difference")
    check = Check(parser.parse_args())
    if not os.path.exists(os.path.join(check.folder, "summary.csv")):
        print("SKIPPED: no reference backtests at %s (set TRADEWIND_SHARED)" % check.folder)
        return SKIPPED
    if not os.access(check.options.program, os.X_OK):
        print("there is no program %s: build it, or name it with --program" % check.options.program)
        return 2
    return check.all()


if __name__ == "__main__":
    sys.exit(main())
