#!/usr/bin/env python3
"""Compares everything there are reference values of, and says for each reference whether we are equal.

usage: check_references.py [--program PATH] [--shared DIR] [--only WORD] [--verbose]

Backtests are compared by check_fixtures.py; indicators, rebuilt books and resampled bars are written with
`tradewind indicators`, `book` and `data resample` and compared with the references by ../shared/tools/cmp_csv.py.
The references lie beside the checkout and never in it; without them nothing is compared and the exit status is 77.
Exit status: 0 = all equal, 1 = one is not, 2 = it could not be run, 77 = no references.
"""
import argparse
import bisect
import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
WHOLE, SETTLED = ("0", "1e-9"), ("300", "1e-8") # rows left out at the beginning, relative difference
EXACT = ("0", "0")
NO_INDICATOR = ("i", "ts", "open", "high", "low", "close", "volume")
NOT_COMPARED = {"other": "defined otherwise there", "empty": "empty there", "none": "not ours"}

# A column of a library is our column of that name, in our default convention, on every row to 1e-9, unless it
# stands here. After the column: what ours is called, or :the convention that is the library's; `from N`: the first
# row where both have a value; `settles`: begins otherwise, from row 300 to 1e-8; `other`: the library means
# something else by it; `empty`: it has no value there; `none`: we have no such column.
LIBRARIES = {
    "consensus": "",
    "talib": """
        tema_20 :seed=sma
        cmo_14 :method=wilder
        macd_12_26_9 :seed=talib
        macd_signal_12_26_9 :seed=talib
        macd_hist_12_26_9 :seed=talib
        psar_002_02 :method=talib
        ppo_12_26 :seed=sma
    """,
    "ttr": """
        zlema_20 other
        evwma_20 none
        stochf_k_14 from 15
        stochrsi_fastk_14_14 from 29
        ppo_12_26 :seed=sma
        keltner_mid_20_2_typical from 20
        aroon_up_14 from 14
        aroon_down_14 from 14
        aroonosc_14 from 14
        psar_002_02 other
        willr_14_0to100 none
        chaikin_volatility_10 none
    """,
    "ta": """
        ema_20 :seed=first
        kama_10 from 10
        rsi_14 settles
        stochf_k_14 from 15
        stochrsi_raw01_14 none
        stochrsi_k01_14_3 none
        stochrsi_d01_14_3_3 none
        macd_12_26_9 :seed=first
        macd_signal_12_26_9 :seed=first
        ppo_12_26 :seed=first
        ppo_signal_12_26_9 none
        ppo_hist_12_26_9 none
        atr_14 :first_bar=range from 13
        adx_14 settles
        plus_di_14 settles
        minus_di_14 settles
        bb_width_pct_20_2 none
        keltner_upper_20_orig from 19
        keltner_lower_20_orig from 19
        obv other
        mfi_14 from 14
        aroon_up_14 other
        aroon_down_14 other
        aroonosc_14 other
        psar_002_02 other
        trix_15 :seed=first
    """,
    "tulip": """
        ema_20 :seed=first from 19
        dema_20 :seed=first
        kama_10 from 10
        stochrsi_raw01_14 none
        macd_12_26_9 other
        macd_signal_12_26_9 other
        macd_hist_12_26_9 other
        tr from 1
        atr_14 :first_bar=range
        natr_14 :first_bar=range
        adx_14 other
        adxr_14 other
        dx_14 other
        plus_di_14 other
        minus_di_14 other
        plus_dm_14 other
        minus_dm_14 other
        cci_20 from 38
        obv :seed=zero
        linreg_slope_14 other
        trix_15 other
        apo_12_26 :seed=early
        chaikin_volatility_10 none
    """,
    "pandas_ta": """
        dema_20 settles
        tema_20 settles
        kama_10 settles
        rma_20 other
        rsi_14 settles
        stoch_k_14_3_3 from 17
        stochrsi_k_14_14_3 stochrsi_fastd_14_14_3 settles
        stochrsi_d_14_14_3_3 none
        macd_hist_12_26_9 :seed=sma
        atr_14 settles
        adx_14 settles
        plus_di_14 settles
        minus_di_14 settles
        bb_lower_20_2_ddof0 bb_lower_20_2
        bb_upper_20_2_ddof0 bb_upper_20_2
        keltner_lower_20_20_2_ema :form=ema settles
        keltner_mid_20_20_2_ema :form=ema
        keltner_upper_20_20_2_ema :form=ema settles
        mfi_14 from 14
        psar_long none
        psar_short none
        psar_af none
        psar_reversal none
        ichi_spanA_shift26 none
        ichi_spanB_shift26 none
        ichi_chikou none
        stddev_20_ddof0 stddev_20
        linreg_14 other
        supertrend_10_3 other
        supertrend_dir_10_3 :first_bar=range from 9
        adosc_3_10 settles
        trix_15 settles
        trix_signal_15_9 none
        ultosc_7_14_28 from 28
        ppo_12_26 other
        ppo_hist_12_26_9 none
        ppo_signal_12_26_9 none
        psar_002_02 other
    """,
    "pandas": """
        ema_20_first_value_seed ema_20:seed=first from 19
        stochf_k_14 from 15
        ichi_spanB_52_unshifted :partial=no
        tr from 1
    """,
    "technicalindicators": """
        macd_hist_12_26_9 :seed=sma
        rsi_14_rounded2 none
        adx_14 settles
        plus_di_14 settles
        minus_di_14 settles
        psar_002_02 from 1
        stochf_k_14 from 15
        ad other
        obv :seed=zero from 1
        stochrsi_raw_14_14 other
        stochrsi_k_14_14_3 other
        stochrsi_d_14_14_3_3 none
        mfi_14 other
        ichi_tenkan_9 from 51
        ichi_kijun_26 from 51
        ichi_spanA_unshifted from 51
        ichi_spanB_52_unshifted :partial=no
        keltner_upper_20_10_2_ema settles
        keltner_mid_20_10_2_ema :form=ema
        keltner_lower_20_10_2_ema settles
    """,
    "trading_signals": """
        ema_20 :seed=first from 19
        dema_20 settles
        rma_20 ema_39:seed=first from 38
        zlema_20 from 19
        kama_10 from 10
        rsi_14_wsma rsi_14
        rsi_14_default rsi_14
        macd_12_26_9 :seed=first
        macd_signal_12_26_9 :seed=first from 33
        macd_hist_12_26_9 from 33
        tr from 1
        atr_14 :first_bar=range
        adx_14 other
        obv other
        aroon_up_14 empty
        aroon_down_14 empty
        psar_002_02 other
        ichi_tenkan_9 from 51
        ichi_kijun_26 from 51
        ichi_spanA_unshifted from 51
        ichi_spanB_52_unshifted :partial=no
        roc_10_fraction none
        linreg_14 tsf_14
        supertrend_10_3 settles
        supertrend_dir_10_3 settles
        trix_15 other
        ppo_12_26 :seed=first
    """,
}


def opened(path):
    return gzip.open(path, "rt") if path.endswith(".gz") else open(path)


def rows_of(path):
    with opened(path) as file:
        return list(csv.DictReader(file))


def exceptions(name):
    found = {}
    for line in LIBRARIES[name].split("\n"):
        words = line.split()
        if words:
            found[words[0]] = words[1:]
    return found


class Differs(Exception):
    """The program did not do it."""


class References:
    def __init__(self, options, home):
        self.options, self.home = options, home
        self.data = os.path.join(options.shared, "data")
        self.fixtures = os.path.join(options.shared, "fixtures")
        self.compare_tool = os.path.join(options.shared, "tools", "cmp_csv.py")

    def path(self, name):
        return os.path.join(self.home, name.replace("/", "."))

    def write(self, *words):
        done = subprocess.run([self.options.program, *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise Differs("%s: exit %d: %s" % (" ".join(words[:2]), done.returncode, done.stderr.strip()))

    def compare(self, theirs, ours, columns=(), rule=WHOLE):
        """(values that differ, what was said about them)"""
        command = [sys.executable, self.compare_tool, theirs, ours, "--skip", rule[0], "--rtol", rule[1]]
        if columns:
            command += ["--cols", ",".join(columns)]
        done = subprocess.run(command, capture_output=True, text=True)
        wrong = [line for line in done.stdout.split("\n") if line and not line.startswith("ok ")]
        if done.returncode == 0 and not wrong and done.stdout:
            return 0, []
        counts = [re.search(r"bad (\d+) missing on one side (\d+)", line) for line in wrong]
        count = sum(int(found[1]) + int(found[2]) for found in counts if found)
        return max(count, 1), wrong + done.stderr.strip().split("\n")[-1:]

    # ---- one kind each: (values that differ, what was said, what was compared) ----

    def indicators(self, name):
        folder = os.path.join(self.fixtures, "indicators")
        theirs, special = os.path.join(folder, name + ".csv.gz"), exceptions(name)
        with opened(theirs) as file:
            columns = [column for column in next(csv.reader(file)) if column not in NO_INDICATOR]
        unknown = [column for column in special if column not in columns]
        if unknown:
            raise Differs("there is no such column to make an exception of: " + ", ".join(unknown))
        asked, groups, left_out = {}, {}, {why: [] for why in NOT_COMPARED}
        for column in columns:
            words, ours, rule = list(special.get(column, ())), column, WHOLE
            if words and words[0] in left_out:
                left_out[words[0]].append(column)
                continue
            if words and words[0] not in ("from", "settles"):
                word = words.pop(0)
                ours = column + word if word.startswith(":") else word
            if words:
                rule = SETTLED if words[0] == "settles" else (words[1], "1e-9")
            asked[column] = ours
            groups.setdefault(rule, []).append(column)
        ours = self.path("indicators/%s.csv" % name)
        self.write("indicators", "--data", os.path.join(folder, "input.csv"), "--columns",
                   ",".join(dict.fromkeys(asked.values())), "--out", ours)
        table = rows_of(ours)
        with open(ours, "w", newline="") as file: # under the library's own names
            out = csv.writer(file)
            out.writerow(asked)
            out.writerows([row[mine] for mine in asked.values()] for row in table)
        count, said = 0, []
        for rule, group in groups.items():
            more = self.compare(theirs, ours, group, rule)
            count, said = count + more[0], said + more[1]
        about = "%d columns" % len(asked)
        for why, text in NOT_COMPARED.items():
            if left_out[why]:
                about += ", %d %s" % (len(left_out[why]), text)
                if self.options.verbose:
                    about += " (%s)" % " ".join(left_out[why])
        return count, said, about

    def book(self, file):
        name = file.split(".")[0]
        data = os.path.join(self.data, name + "_l2.csv.gz")
        data = data if os.path.exists(data) else os.path.join(self.data, name + ".csv.gz")
        theirs, ours = os.path.join(self.fixtures, "books", file), self.path("books/" + file)
        self.write("book", "--data", data, "--checkpoints", theirs, "--out", ours)
        states = rows_of(theirs)
        # who is first at a price is advice there: snapshots do not tell the queue
        columns = [column for column in states[0] if not column.endswith("head_order_id")]
        return (*self.compare(theirs, ours, columns, EXACT), "%d states" % len(states))

    def touch(self, name):
        """After every delta the best bid and ask are those of the venue's own stream at that update id."""
        ours, all_states = self.path("touch/%s.csv" % name), self.path("touch/%s.all.csv" % name)
        theirs = self.path("touch/%s.bbo.csv" % name)
        self.write("book", "--data", os.path.join(self.data, name + "_l2.csv.gz"), "--every", "1", "--out",
                   all_states)
        quotes = rows_of(os.path.join(self.data, name + "_bbo.csv.gz"))
        ids = [int(quote["update_id"]) for quote in quotes]
        columns = ("bid1_px", "bid1_qty", "ask1_px", "ask1_qty")
        states, compared = rows_of(all_states), 0
        with open(ours, "w", newline="") as left, open(theirs, "w", newline="") as right:
            mine, venue = csv.writer(left), csv.writer(right)
            mine.writerow(columns)
            venue.writerow(columns)
            for state in states:
                at = bisect.bisect_right(ids, int(state["last_id"])) - 1
                if at >= 0: # the stream began before this state
                    mine.writerow([state[column] for column in columns])
                    venue.writerow([quotes[at][column] for column in ("bid", "bid_qty", "ask", "ask_qty")])
                    compared += 1
        if compared < 0.99 * len(states):
            raise Differs("only %d of %d states are in the stream" % (compared, len(states)))
        return (*self.compare(theirs, ours, columns, EXACT), "%d states" % compared)

    def lobster(self, name):
        messages, levels = (os.path.join(self.data, name % kind) for kind in ("messages", "book10"))
        ours = self.path("books/lobster.csv")
        self.write("book", "--data", messages, "--levels", levels, "--out", ours)
        return (*self.compare(levels, ours, (), EXACT), "%d states" % len(rows_of(levels)))

    def resample(self, names):
        source, bars, interval = names
        theirs, ours = os.path.join(self.data, bars), self.path("resample/" + bars)
        self.write("data", "resample", os.path.join(self.data, source), "--interval", interval, "--out", ours)
        return (*self.compare(theirs, ours), "%d bars" % len(rows_of(theirs)))

    def all(self):
        """(name, what to call, with what)"""
        for name in LIBRARIES:
            yield "indicators/" + name, self.indicators, name
        for file in sorted(os.listdir(os.path.join(self.fixtures, "books"))):
            if file.endswith("_checkpoints.csv"):
                yield "books/" + file[:-len("_checkpoints.csv")], self.book, file
        for name in ("btcusdt_binance_spot_2024_08_08", "ethusdt_binance_usdm_2024_08_08"):
            yield "touch/" + name, self.touch, name
        yield "books/aapl_lobster", self.lobster, "aapl_lobster_%s_a_2012_06_21.csv"
        yield ("resample/xrp_eth_1m", self.resample,
               ("xrp_eth_trades_2019_10.csv.gz", "xrp_eth_1m_2019_10.csv", "1m"))
        yield "resample/btc_perp_1h", self.resample, ("btc_perp_1m_2022_01.csv.gz", "btc_perp_1h_2022_01.csv", "1h")

    def one(self, item):
        name, call, argument = item
        try:
            return name, call(argument)
        except (Differs, OSError, LookupError, ValueError) as error:
            return name, (1, ["%s: %s" % (type(error).__name__, error)], "")

    def run(self):
        items = [item for item in self.all() if self.options.only in item[0]]
        equal = 0
        with ThreadPoolExecutor(2) as pool:
            for name, (count, said, about) in pool.map(self.one, items):
                equal += count == 0
                print("%-9s %-50s %s%s" % ("not equal" if count else "equal", name,
                                           "%d values differ; " % count if count else "", about), flush=True)
                for line in said if self.options.verbose else said[:3]:
                    print("            " + line)
        return equal, len(items)


def backtests(options):
    """The exit status of the comparison of backtests, which prints for itself."""
    command = [sys.executable, os.path.join(HERE, "check_fixtures.py"), "--program", options.program, "--shared",
               options.shared]
    if options.only:
        command += ["--only", options.only[len("backtests"):].lstrip("/")]
    return subprocess.run(command + (["--verbose"] if options.verbose else [])).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.environ.get("TRADEWIND", "build/release/tradewind"))
    parser.add_argument("--shared", default=os.environ.get("TRADEWIND_SHARED", "../shared"))
    parser.add_argument("--only", default="", help="names that hold it: indicators/, books/, backtests/goog ...")
    parser.add_argument("--verbose", action="store_true", help="every difference, and what is left out")
    options = parser.parse_args()
    for needed in ("fixtures/indicators/input.csv", "fixtures/books", "tools/cmp_csv.py"):
        if not os.path.exists(os.path.join(options.shared, needed)):
            print("SKIPPED: no references: %s is not in %s (set TRADEWIND_SHARED)" % (needed, options.shared))
            return SKIPPED
    if not os.access(options.program, os.X_OK):
        print("there is no program %s: build it, or name it with --program" % options.program)
        return 2
    with tempfile.TemporaryDirectory() as home:
        equal, count = References(options, home).run()
    status = 0
    if not options.only or options.only.startswith("backtests"):
        status = backtests(options)
        status = 0 if status == SKIPPED else status # it said so
        count += 1
        equal += status == 0
    print("references: %s" % ("all equal" if equal == count and count else "not all are equal"))
    return status if status == 2 else 0 if equal == count and count else 1


if __name__ == "__main__":
    sys.exit(main())
