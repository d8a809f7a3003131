"""Goal: what stands still in the background is told by /api/health, and not told any more once it goes on. Orders go
on meanwhile: the archive and the snapshots only follow."""
import os
import sys

from support import Daemon, main, wait_for

SETTINGS = ["snapshot.journal_bytes=1MiB", "orders.max=4096", "orders.keys_max=8192", "risk.order_rate_max=0"]


def a_keeper_that_cannot_write_is_told():
    with Daemon(settings=SETTINGS, config="strategies: []\n") as daemon:
        daemon.start()
        daemon.price()
        folder = os.path.join(daemon.data_dir, "snapshots")
        aside = folder + ".aside"
        os.rename(folder, aside)
        with open(folder, "w"):  # no folder can be made here now
            pass
        link = daemon.link(30.0)
        health = link.get("/api/health").json
        assert health["status"] == "ok" and health["trouble"] is None, health
        serial = 0

        def trouble():
            nonlocal serial
            for _ in range(200):
                serial += 1
                assert link.post("/api/order", {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.001, "price": 10000,
                                                "client_order_id": f"t-{serial}"}).status == 200
                assert link.post("/api/cancel", {"client_order_id": f"t-{serial}"}).status == 200
            return link.get("/api/health").json["trouble"]
        told = wait_for("the keeper's trouble is told", trouble, 60.0)
        assert "snapshot" in told, told
        assert link.get("/api/health").json["status"] == "trouble"
        os.unlink(folder)
        os.rename(aside, folder)
        wait_for("it is well again", lambda: link.get("/api/health").json["status"] == "ok", 30.0)
        link.close()
        assert daemon.stop() == 0


if __name__ == "__main__":
    sys.exit(main(a_keeper_that_cannot_write_is_told))
