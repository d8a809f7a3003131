#!/usr/bin/python3
"""Measures the product beside markers of the same machine, alternately, and prints medians, ratios
and limits: docs/bench.md says what each figure means.

    bench/run.py --build build/release [--rounds 5] [--only http,lob] [--json FILE] [--disk DIR]

Figures that are not reached are printed as MISSED; the exit code is 0 all the same, because a busy
machine is no mistake of the program. It is 1 when a measurement itself failed."""
import argparse, json, os, re, resource, shutil, socket, statistics, subprocess, sys, tempfile, time
import http_post
from house import Daemon, resident_mib

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, '..', '..', 'shared', 'bench')
BARS_SEED, BARS_COUNT = '7', 1000000
FLOW_SEED, FLOW_COUNT, FLOW_SHORT = '20260101', 1000000, 100000
HTTP_SECONDS, IDLE_SECONDS, SSE_CLIENTS = 4, 20, 5000


class Table:
    """One row a figure: what was measured, beside what, and whether it is within its limit."""

    def __init__(self):
        self.rows, self.failed = [], False

    def add(self, name, value, unit, limit, beside='', least=False, digits=2):
        good = value >= limit if least else value <= limit
        self.rows.append({'figure': name, 'value': round(value, 4), 'unit': unit, 'limit': limit,
                          'at_least': least, 'verdict': 'ok' if good else 'MISSED',
                          'beside': beside})
        self.show('%-44s %10.*f %-10s %s %-9g %-6s %s' % (
            name, digits, value, unit, '>=' if least else '<=', limit,
            'ok' if good else 'MISSED', beside))

    def skip(self, name, why):
        self.rows.append({'figure': name, 'verdict': 'skipped', 'beside': why})
        self.show('%-44s SKIPPED: %s' % (name, why))

    @staticmethod
    def show(line):
        print(line, flush=True)


def median(rows, key):
    known = [row[key] for row in rows if row[key] is not None]
    return statistics.median(known) if known else float('nan')


def run_json(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=True, **more)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{')]


class Bench:
    def __init__(self, arguments, folder):
        self.build = os.path.abspath(arguments.build)
        self.rounds, self.folder, self.table = arguments.rounds, folder, Table()
        self.tradewind = self.program('tradewind')

    def program(self, name):
        return os.path.join(self.build, name)

    def compile(self, path):
        """A program of the markers; None: they are not here."""
        source = os.path.join(SHARED, path)
        out = os.path.join(self.folder, os.path.splitext(os.path.basename(path))[0])
        if not os.path.exists(source):
            return None
        subprocess.run(['gcc', '-O2', '-march=native', '-w', source, '-o', out, '-lm', '-lpthread'],
                       check=True)
        return out

    def flow(self, count):
        out = os.path.join(self.folder, 'flow-%d.bin' % count)
        if not os.path.exists(out):
            generator = self.compile('gen/gen_orders.c')
            if not generator:
                return None
            subprocess.run([generator, FLOW_SEED, str(count), out], check=True,
                           stdout=subprocess.DEVNULL)
        return out

    # ---- the exchange ----

    def lob(self):
        flow, short = self.flow(FLOW_COUNT), self.flow(FLOW_SHORT)
        if not flow:
            self.table.skip('exchange', 'no markers at ' + os.path.normpath(SHARED))
            return
        marker, ours, theirs = self.compile('markers/lob_ref.c'), [], []
        for _ in range(self.rounds):
            ours += run_json([self.program('bench_lob'), flow])
            theirs += run_json([marker, flow])
        mine, other = median(ours, 'ns_per'), median(theirs, 'ns_per')
        self.table.add('exchange, time beside a bare array book', mine / other, 'x', 2.0,
                       '%.1f and %.1f ns a message; 1.5 is the dream' % (mine, other))
        if not shutil.which('valgrind'):
            self.table.skip('exchange, instructions', 'no valgrind')
            return
        said = subprocess.run(['valgrind', '--tool=callgrind', '--toggle-collect=run',
                               '--callgrind-out-file=/dev/null', self.program('bench_lob'), short],
                              capture_output=True, text=True, check=True).stderr
        count = int(re.search(r'Collected : (\d+)', said).group(1))
        self.table.add('exchange, instructions', count / FLOW_SHORT, 'a message', 150, digits=1)

    # ---- indicators ----

    def bars(self):
        out = os.path.join(self.folder, 'bars.bin')
        generator = self.compile('gen/gen_bars.c')
        if generator and not os.path.exists(out):
            subprocess.run([generator, BARS_SEED, str(BARS_COUNT), out, out + '.csv'], check=True,
                           stdout=subprocess.DEVNULL)
        return out if generator else None

    def indicators(self):
        bars = self.bars()
        if not bars:
            self.table.skip('six indicators', 'no markers at ' + os.path.normpath(SHARED))
            return
        marker, ours, theirs = self.compile('markers/bt_ref.c'), [], []
        for _ in range(3 * self.rounds): # milliseconds each
            ours += run_json([self.program('bench_indicators'), bars])
            theirs += run_json([marker, bars, '1'])
        mine, other = median(ours, 'ns_per'), median(theirs, 'ns_per')
        self.table.add('six indicators, time beside a bare SMA cross', mine / other, 'x', 3.6,
                       '%.1f and %.1f ns a bar' % (mine, other))

    # ---- engine and journal ----

    def engine(self):
        rows = []
        for _ in range(self.rounds):
            rows += [row for row in run_json([self.program('bench_engine')])
                     if row['bench'] == 'engine_order']
        self.table.add('one order through engine_apply, p50', median(rows, 'p50_ns') / 1e3, 'us', 1)
        self.table.add('one order through engine_apply, p99', median(rows, 'p99_ns') / 1e3, 'us', 5)

    def recovery(self):
        rows = []
        for _ in range(self.rounds):
            rows += run_json([self.program('bench_recover'), self.folder])
        for kind, limit in (('mixed', 5), ('orders', 1)):
            these = [row for row in rows if row['bench'] == 'recover_' + kind]
            self.table.add('recovery from journal files, ' + kind,
                           median(these, 'events_per_s') / 1e6, 'M events/s', limit,
                           '%.0f MB/s' % median(these, 'mb_per_s'), least=True)

    def journal(self):
        rows = run_json([self.program('bench_journal'), self.folder, str(self.rounds), '200'])
        for row in rows:
            if 'ratio_p50_median' in row:
                self.table.add('commit of %d beside write + fdatasync, p50' % row['group'],
                               row['ratio_p50_median'], 'x', 1.2,
                               'worst round %.2f' % row['ratio_p50_worst'])

    # ---- the daemon ----

    def http(self):
        if not shutil.which('wrk'):
            self.table.skip('HTTP', 'no wrk')
            return
        folder = os.path.join(SHARED, 'markers')
        runs = {
            'always': lambda: http_post.ours(self.tradewind, self.folder, 'always', HTTP_SECONDS),
            'interval': lambda: http_post.ours(self.tradewind, self.folder, 'interval',
                                               HTTP_SECONDS),
            'nginx': lambda: http_post.marker(folder, 'nginx', HTTP_SECONDS),
            'fastapi': lambda: http_post.marker(folder, 'fastapi', HTTP_SECONDS)}
        rows = {name: [] for name in runs}
        for _ in range(self.rounds):
            for name, run in runs.items():
                row = run()
                if row:
                    rows[name].append(row)
        cost = {name: median(these, 'cpu_ns') / 1e3 for name, these in rows.items() if these}
        for name, these in rows.items():
            if these:
                bad = sum(row['bad'] for row in these)
                self.table.show('    %-9s %6.2f us CPU a request, %7.0f requests/s, '
                                'p50 %.2f ms, p99 %.2f ms%s'
                                % (name, cost[name], median(these, 'rps'),
                                   median(these, 'p50_us') / 1e3, median(these, 'p99_us') / 1e3,
                                   ', %d REFUSED' % bad if bad else ''))
                self.table.failed |= bad > 0
        for sync, limit in (('always', 2.0), ('interval', 1.5)):
            name = 'POST /api/order, sync %s, CPU beside ' % sync
            for other, bound in (('nginx', limit), ('fastapi', 1 / 6)):
                if other in cost:
                    self.table.add(name + other, cost[sync] / cost[other], 'x', round(bound, 3),
                                   '%.1f and %.1f us' % (cost[sync], cost[other]))
                else:
                    self.table.skip(name + other, 'the marker or its Debian package is not here')
        self.table.add('orders a sync, 64 clients', median(rows['always'], 'orders_per_sync'), '',
                       32, least=True, digits=1)

    def idle(self):
        with Daemon(self.tradewind, self.folder, cpu=None) as daemon:
            time.sleep(2) # candles of the first seconds, pages touched
            before = daemon.cpu()
            time.sleep(IDLE_SECONDS)
            self.table.add('idle CPU, generator and strategy on',
                           (daemon.cpu() - before) / IDLE_SECONDS * 100, '% a core', 2)

    def streams(self):
        resource.setrlimit(resource.RLIMIT_NOFILE,
                           (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        with Daemon(self.tradewind, self.folder, cpu=None) as daemon:
            time.sleep(2)
            before = resident_mib(daemon.pid)
            clients = []
            for _ in range(SSE_CLIENTS):
                client = socket.create_connection(('127.0.0.1', daemon.port), 10)
                client.sendall(b'GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
                clients.append(client)
            time.sleep(2)
            counted, after = daemon.metric('sse_clients'), resident_mib(daemon.pid)
            for client in clients:
                client.close()
            self.table.add('resident memory of %d event streams' % counted, after - before, 'MiB',
                           120, 'idle %.0f MiB' % before, digits=1)
            self.table.failed |= counted != SSE_CLIENTS


PARTS = ('lob', 'indicators', 'engine', 'recovery', 'journal', 'http', 'idle', 'streams')


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build/release')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--only', default=','.join(PARTS), help='of ' + ', '.join(PARTS))
    parser.add_argument('--json', metavar='FILE', help='write the figures there')
    parser.add_argument('--disk', metavar='DIR', help='where journals are written (default: /tmp)')
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix='tradewind-bench-', dir=arguments.disk)
    bench = Bench(arguments, folder)
    try:
        for part in arguments.only.split(','):
            if part not in PARTS:
                parser.error('there is no part ' + part)
            try:
                getattr(bench, part)()
            except (RuntimeError, OSError, subprocess.SubprocessError, AttributeError) as problem:
                bench.table.failed = True
                bench.table.show('%-44s FAILED: %s' % (part, problem))
    finally:
        shutil.rmtree(folder, True)
    missed = [row['figure'] for row in bench.table.rows if row['verdict'] == 'MISSED']
    print('%d figures, %d missed%s' % (len(bench.table.rows), len(missed),
                                       ': ' + '; '.join(missed) if missed else ''))
    if arguments.json:
        with open(arguments.json, 'w') as out:
            json.dump(bench.table.rows, out, indent=1)
    return 1 if bench.table.failed else 0


if __name__ == '__main__':
    sys.exit(main())
