"""The lab itself: what the end-to-end tests rest on is true of its devices."""

import os
import subprocess
import unittest
from pathlib import Path

from lablib import World, wait_until


def mounts():
    return [line for line in Path("/proc/mounts").read_text().splitlines() if "flyball-lab" in line]


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(f"test-{os.getpid()}")
        cls.addClassCleanup(cls.world.down)
        cls.world.up(["kiosk-1", "kiosk-2"])
        cls.kiosk = cls.world["kiosk-1"]

    def reaches_server(self, device):
        return device.run(["timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/server/8080"]).rc == 0

    def serve(self):
        """A listener where the server is."""
        program = "import socketserver; socketserver.TCPServer(('10.77.0.1', 8080), socketserver.BaseRequestHandler).serve_forever()"
        server = self.world.start_on_server(["python3", "-c", program], stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        wait_until(lambda: self.reaches_server(self.world["kiosk-2"]), 20, "the server listens")

    def installed(self, package):
        found = self.kiosk.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package])
        return found.out if found.rc == 0 and found.out.startswith("installed") else None

    def apt(self, *words):
        return self.kiosk.run(["apt-get", "-y", "-q", *words])

    def test_each_device_is_a_machine_of_its_own(self):
        other = self.world["kiosk-2"]
        for device in (self.kiosk, other):
            self.assertEqual(device.run(["systemctl", "is-system-running"]), (0, "running\n"))
            self.assertEqual(device.run(["hostname"]).out.strip(), device.name)
        self.assertNotEqual(self.kiosk.boot_id(), other.boot_id())
        self.assertNotEqual(self.kiosk.read("/etc/machine-id"), other.read("/etc/machine-id"))
        self.kiosk.write("/etc/motd", "only here\n")
        self.assertNotEqual(other.read("/etc/motd"), "only here\n")

    def test_a_command_runs_in_a_unit_of_the_device(self):
        self.assertIn("/lab.scope", self.kiosk.run(["cat", "/proc/self/cgroup"]).out)
        self.assertEqual(self.kiosk.run(["cat"], stdin="as is").out, "as is")
        self.assertEqual(self.kiosk.run(["sh", "-c", "pwd; exit 3"]), (3, "/\n"))

    def test_apt_installs_upgrades_keeps_and_removes_packages_without_internet(self):
        self.assertEqual(self.apt("install", "flyball-lab-hello=1.0").rc, 0)
        self.assertEqual(self.installed("flyball-lab-hello"), "installed 1.0")
        self.assertEqual(self.installed("flyball-lab-words"), "installed 1.0")
        self.assertEqual(self.kiosk.run(["systemctl", "is-active", "flyball-lab-hello"]), (0, "active\n"))
        self.kiosk.write("/etc/flyball-lab-hello.conf", "greeting = edited\n")
        self.assertEqual(self.apt("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
                                  "install", "flyball-lab-hello").rc, 0)
        self.assertEqual(self.installed("flyball-lab-hello"), "installed 2.0")
        wait_until(lambda: self.kiosk.read("/run/flyball-lab-hello.said") == "greeting = edited\n", 20, "the service restarted")
        self.assertEqual(self.apt("purge", "--auto-remove", "flyball-lab-hello").rc, 0)
        self.assertIsNone(self.installed("flyball-lab-words"))
        self.assertIsNone(self.kiosk.read("/etc/flyball-lab-hello.conf"))

    def test_a_service_of_debian_itself_installs(self):
        self.assertEqual(self.apt("install", "cron").rc, 0)
        self.assertEqual(self.kiosk.run(["systemctl", "is-active", "cron"]), (0, "active\n"))
        self.assertEqual(self.apt("purge", "--auto-remove", "cron").rc, 0)

    def test_a_package_that_cannot_be_configured_stays_half_configured_until_it_can(self):
        self.kiosk.write("/etc/flyball-lab-stubborn.fail", "")
        self.assertNotEqual(self.apt("install", "flyball-lab-stubborn").rc, 0)
        self.assertIsNone(self.installed("flyball-lab-stubborn"))
        self.kiosk.run(["rm", "/etc/flyball-lab-stubborn.fail"], check=True)
        self.assertEqual(self.kiosk.run(["dpkg", "--configure", "-a"]).rc, 0)
        self.assertEqual(self.apt("purge", "flyball-lab-stubborn").rc, 0)

    def test_net_sysctls_can_be_set_and_kernel_ones_cannot(self):
        self.assertEqual(self.kiosk.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]).rc, 0)
        self.assertEqual(self.kiosk.read("/proc/sys/net/ipv4/ip_forward"), "1\n")
        self.assertNotEqual(self.kiosk.run(["sysctl", "-qw", "kernel.panic=1"]).rc, 0)

    def test_a_cut_cable_stays_cut_over_a_reboot_and_its_neighbour_keeps_the_server(self):
        self.serve()
        self.assertTrue(self.reaches_server(self.kiosk))
        self.addCleanup(self.kiosk.join)
        self.kiosk.cut()
        self.assertFalse(self.reaches_server(self.kiosk))
        self.assertTrue(self.reaches_server(self.world["kiosk-2"]))
        before = self.kiosk.boot_id()
        self.assertEqual(self.kiosk.reboot(), "running")
        self.assertNotEqual(self.kiosk.boot_id(), before)
        self.assertFalse(self.reaches_server(self.kiosk))
        self.kiosk.join()
        wait_until(lambda: self.reaches_server(self.kiosk), 20, "the server answers again")

    def test_a_device_without_power_is_off_and_comes_back_with_its_files(self):
        self.kiosk.write("/etc/kept", "kept\n")
        self.kiosk.write("/run/lost", "lost\n")
        self.kiosk.cut_power()
        self.assertFalse(self.kiosk.powered())
        self.assertEqual(self.kiosk.boot(), "running")
        self.assertEqual((self.kiosk.read("/etc/kept"), self.kiosk.read("/run/lost")), ("kept\n", None))

    def test_another_process_finds_the_same_lab(self):
        found = World(self.world.name)["kiosk-1"]
        self.assertTrue(found.powered())
        self.assertEqual(found.boot_id(), self.kiosk.boot_id())


class Traces(unittest.TestCase):
    def test_a_lab_leaves_no_mount_no_process_and_no_folder(self):
        before = mounts()
        with World(f"traces-{os.getpid()}", say=lambda _: None) as world:
            world.up(["gone"])
            folder, device = world.folder, world["gone"]
            left_behind = device.start(["sleep", "infinity"])
        self.assertEqual(mounts(), before)
        self.assertFalse(folder.exists())
        self.assertNotEqual(left_behind.wait(20), 0)
        world.down()

    def test_a_device_that_lost_what_runs_it_is_removed_too(self):
        with World(f"lost-{os.getpid()}", say=lambda _: None) as world:
            world.up(["lost"])
            first = world["lost"].leader()
            world["lost"].process.kill()
            world["lost"].process.gone()
        wait_until(lambda: not Path(f"/proc/{first}/root/etc").exists(), 20, "the device has ended")

    def test_a_lab_whose_maker_died_while_it_started_is_removed_too(self):
        name = f"orphan-{os.getpid()}"
        program = ("import os, sys; sys.path.insert(0, sys.argv[1]); from lablib import World\n"
                   "world = World(sys.argv[2]); world.network.up(); world.image = 'x'; world.save(); os._exit(1)")
        subprocess.run(["python3", "-B", "-c", program, str(Path(__file__).parent), name], check=False)
        self.assertTrue(any(name in line for line in mounts()))
        World(name).down()
        self.assertFalse(any(name in line for line in mounts()))


if __name__ == "__main__":
    unittest.main()
