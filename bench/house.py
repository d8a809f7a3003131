"""A daemon of our own for a measurement: started on a free port in a temporary folder, pinned,
stopped again. Reads what the kernel and /metrics say of it."""
import http.client, json, os, re, shutil, signal, socket, subprocess, time

TICKS = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid):
    """User and system seconds of a process: all its threads, and children it waited for."""
    with open('/proc/%d/stat' % pid) as stat:
        fields = stat.read().rsplit(')', 1)[1].split()
    return sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICKS


def resident_mib(pid):
    with open('/proc/%d/status' % pid) as status:
        return int(re.search(r'VmRSS:\s+(\d+)', status.read()).group(1)) / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Daemon:
    """with Daemon(program, folder, {'journal.sync': 'interval'}) as daemon: ..."""

    def __init__(self, program, folder, settings=None, cpu=0):
        self.folder = os.path.join(folder, 'daemon-%d' % time.monotonic_ns())
        self.port = free_port()
        command = ['taskset', '-c', str(cpu)] if cpu is not None else []
        command += [program, 'serve', '--data-dir', self.folder,
                    '--listen', '127.0.0.1:%d' % self.port]
        for key, value in (settings or {}).items():
            command += ['--set', '%s=%s' % (key, value)]
        os.makedirs(self.folder)
        self.log = open(os.path.join(self.folder, 'log'), 'wb')
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=self.log, stderr=self.log)

    def __enter__(self):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                if self.get('/health')[0] == 200:
                    return self
            except OSError:
                time.sleep(0.1)
        with open(self.log.name) as log:
            text = log.read()[-2000:]
        self.__exit__()
        raise RuntimeError('the daemon does not start: ' + text)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, True)

    def get(self, path):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=5)
        try:
            connection.request('GET', path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metric(self, name):
        """The sum of all samples of one metric; None when there is none."""
        found = re.findall(r'^tradewind_%s(?:\{[^}]*\})? (\S+)$' % name, self.get('/metrics')[1],
                           re.M)
        return sum(map(float, found)) if found else None

    def price(self, symbol):
        """Waits for the first price of the day."""
        for _ in range(100):
            price = float(json.loads(self.get('/api/market/' + symbol)[1])['data']['last_price'])
            if price > 0:
                return price
            time.sleep(0.1)
        raise RuntimeError('no price of ' + symbol)

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        return cpu_seconds(self.pid)
