"""What one POST /api/order costs: wrk with 64 connections on one core, the daemon on the other."""
import json, os, re, subprocess, sys
from house import Daemon

# Unlimited, because limits are not what is measured, and rows for a second of lag of the archive at
# rates no venue takes (it would answer 503); the rest as shipped.
SETTINGS = {'risk.order_rate_max': 0, 'risk.open_orders_max': 0, 'orders.max': 131072}
# A limit far below the market that does not rest: accepted, sent, ended by the venue. So the tables
# stay bounded however long it runs.
WARM_SECONDS = 4 # every row of the order table was used once, pages are there
LUA = '''wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","price":%.2f,"qty":0.001,"tif":"IOC"}'
'''


def micros(text):
    """wrk's "231.00us", "4.91ms", "1.2s"; None: something else was taken for it."""
    found = re.fullmatch(r'([\d.]+)(us|ms|s)', text)
    if not found:
        return None
    number, unit = found.groups()
    return float(number) * {'us': 1, 'ms': 1e3, 's': 1e6}[unit]


def wrk(port, path, seconds, script=None, connections=64):
    command = ['taskset', '-c', '1', 'wrk', '-t1', '-c%d' % connections, '-d%ds' % seconds,
               '--latency'] + (['-s', script] if script else [])
    text = subprocess.run(command + ['http://127.0.0.1:%d%s' % (port, path)], capture_output=True,
                          text=True, timeout=seconds + 30).stdout
    percent = dict(re.findall(r'^\s+(50|99)%\s+(\S+)\s*$', text, re.M))
    bad = re.search(r'Non-2xx or 3xx responses: (\d+)', text)
    return {'n': int(re.search(r'(\d+) requests in', text).group(1)),
            'rps': float(re.search(r'Requests/sec:\s+([\d.]+)', text).group(1)),
            'p50_us': micros(percent['50']), 'p99_us': micros(percent['99']),
            'bad': int(bad.group(1)) if bad else 0}


def ours(program, folder, sync, seconds, connections=64, extra=None):
    """CPU of all threads per order, ns; and beside it what the clients saw."""
    with Daemon(program, folder, {**SETTINGS, 'journal.sync': sync, **(extra or {})}) as daemon:
        script = os.path.join(daemon.folder, 'post.lua')
        with open(script, 'w') as lua:
            lua.write(LUA % (0.9 * daemon.price('BTCUSDT')))
        wrk(daemon.port, '/api/order', WARM_SECONDS, script, connections)
        before = daemon.cpu()
        syncs = daemon.metric('journal_syncs_total')
        result = wrk(daemon.port, '/api/order', seconds, script, connections)
        result['cpu_ns'] = (daemon.cpu() - before) * 1e9 / result['n']
        if syncs is not None:
            result['orders_per_sync'] = result['n'] / max(
                1, daemon.metric('journal_syncs_total') - syncs)
        return result


def marker(folder, who, seconds):
    """nginx's fixed answer or FastAPI's order service, by the markers' script; None: not here."""
    try:
        done = subprocess.run(['/usr/bin/python3', os.path.join(folder, 'http_bench.py'), who,
                               str(seconds)],
                              capture_output=True, text=True, timeout=seconds * 2 + 60)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        row = next(row for row in rows if row['work'] == 'http-post')
    except (StopIteration, ValueError, OSError, subprocess.TimeoutExpired):
        return None
    said = dict(re.findall(r'(rps|p50|p99)=(\S+)', row['check']))
    return {'n': row['n'], 'rps': float(said['rps']), 'p50_us': micros(said['p50']),
            'p99_us': micros(said['p99']), 'bad': 0, 'cpu_ns': row['cpu_ns_per']}


if __name__ == '__main__':
    program, folder, sync, seconds = sys.argv[1:5]
    extra = dict(item.split('=', 1) for item in sys.argv[5:])
    print(json.dumps(ours(os.path.abspath(program), folder, sync, int(seconds), extra=extra)))
