"""Goal: the Hilbert transform family is TA-Lib's own, value for value.

Needs node and the npm package `talib`, found by NODE_PATH; neither is a dependency, so without them this is skipped."""
import json
import os
import subprocess
import tempfile

from tables import HERE, HOME, differences, need_program, skip, table

SERIES = os.path.join(HOME, "tests", "data", "indicator", "series.txt")
FUNCTIONS = {"HT_TRENDLINE": {"outReal": "ht_trendline"}, "HT_DCPERIOD": {"outReal": "ht_dcperiod"},
             "HT_PHASOR": {"outInPhase": "ht_phasor_inphase", "outQuadrature": "ht_phasor_quadrature"}}
SCRIPT = """
let talib;
try { talib = require('talib'); } catch (missing) { process.exit(77); }
const [closes, names] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const all = names.map(name => talib.execute({ name, startIdx: 0, endIdx: closes.length - 1, inReal: closes }));
console.log(JSON.stringify(all));
"""
ROUNDS = 20 # of the series, each at another level: cycles of many lengths


def make_bars():
    with open(SERIES, encoding="utf-8") as file:
        bars = [line.split()[1:] for line in file if not line.startswith("#")]
    return [[f"{float(price) * (1 + 0.1 * (k % 7)):.2f}" for price in bar[:4]] + bar[4:]
            for k in range(ROUNDS) for bar in bars]


def ask_talib(closes):
    try:
        done = subprocess.run(["node", "-e", SCRIPT], input=json.dumps([closes, list(FUNCTIONS)]), cwd=HERE,
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip("node is not installed")
    if done.returncode == 77:
        skip("the npm package talib is not installed (set NODE_PATH)")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def main():
    need_program()
    bars = make_bars()
    answers = ask_talib([float(bar[3]) for bar in bars])
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "bars.csv")
        with open(data, "w", encoding="utf-8") as file:
            file.write("ts_ms,open,high,low,close,volume\n")
            for i, bar in enumerate(bars):
                file.write(f"{1704067200000 + i * 60000},{','.join(bar)}\n")
        got = table(data, [column for columns in FUNCTIONS.values() for column in columns.values()])
    for answer, (name, columns) in zip(answers, FUNCTIONS.items()):
        for output, column in columns.items():
            wanted = [None] * answer["begIndex"] + answer["result"][output]
            bad = differences(got[column], wanted, 1e-9, 1e-9)
            assert not bad, f"{name}: {len(bad)} of {len(wanted)} rows differ, the first {bad[0]}"
    print(f"talib: {len(FUNCTIONS)} functions are equal over {len(bars)} bars")


main()
