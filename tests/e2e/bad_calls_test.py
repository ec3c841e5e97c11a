"""Bad calls to every endpoint of agents and of people: each is refused, and the server goes on."""

import re
import socket
import ssl
import threading
import unittest

from fleet import PATIENCE, TOP, FleetTest, connect, wait_until

AGENTS, PEOPLE = 0, 1
NO_DIGEST = "sha256:" + "0" * 64
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
# Where agents call: (method, path, whether a device's certificate is asked for).
OF_AGENTS = (("GET", "/agent/v1/trust", False), ("POST", "/agent/v1/enroll", False), ("POST", "/agent/v1/renew", False),
             ("GET", "/agent/v1/desired", True), ("GET", f"/agent/v1/blobs/{NO_DIGEST}", True), ("POST", "/agent/v1/reports", True))
BAD_BODIES = (b"", b"{", b"[]", b"null", b'"words"', b"\xff\xfe", b"{}", b'{"kind":"flyball-other@v9"}', b"[" * 100_000,
              b'{"a":' * 5_000, b'{"n":1e999999}', b'{"kind":"flyball-report@v1","boot":7,"events":{}}',
              b'{"kind":"flyball-enroll-request@v1","claim":"!","signatures":[],"certificate_request":"","facts":{}}',
              b'{"kind":"flyball-renew-request@v1","certificate_request":"-----BEGIN CERTIFICATE REQUEST-----\\nAAAA\\n-----END CERTIFICATE REQUEST-----\\n"}')


def routes_of_people():
    """(method, path, effect, role) of each row of the table of routes."""
    table = (TOP / "src/server/people.cpp").read_text().split("Route table[] = {")[1].split("\n};")[0]
    rows = re.findall(r'\{"([A-Z]+)",\s*"(/api/[^"]*)",\s*Effect::(\w+),\s*"(\w*)"', table)
    if len(rows) != table.count("Effect::"):
        raise AssertionError("not every row of the table was understood")
    return rows


def example_of(path):
    """A path that is right in form and names nothing that is."""
    return re.sub(r"\{[^}]*\}", lambda m: "7" if m.group() == "{sequence}" else "nobody", path)


class BadCalls(FleetTest):
    devices = ("sign-lobby", "sign-cafe", "sign-paris")
    calls = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls.token_of("guest", [])
        run = cls.world.run
        # A CA with the same name that this server does not know, and a certificate of it for a device that is.
        run("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Flyball", "-days", "9")
        run("openssl", "req", "-newkey", "ed25519", "-nodes", "-keyout", "d.key", "-out", "d.csr", "-subj", "/CN=sign-lobby")
        run("openssl", "x509", "-req", "-in", "d.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "d.pem", "-days", "9")
        cls.stranger = cls.world.folder / "stranger.pem"
        cls.stranger.write_text((cls.world.folder / "d.pem").read_text() + (cls.world.folder / "d.key").read_text())

    @classmethod
    def tearDownClass(cls):
        print(f"bad calls made: {BadCalls.calls}")

    def tearDown(self):
        """After each kind of abuse the same process gives good answers, on both listeners."""
        self.assertIsNone(self.server.process.poll(), self.world.logs())
        self.assertEqual(self.server.call("GET", "/api/v1/me", token=self.server.token)[0], 200)
        self.assertEqual(self.server.call("GET", "/agent/v1/trust", port=AGENTS)[0], 200)
        self.assertEqual(self.server.sequence(), 1)

    @classmethod
    def token_of(cls, person, roles):
        return cls.server.call("POST", "/api/v1/tokens", {"person": person, "roles": roles}, token=cls.server.token)[1]["token"]

    def refused(self, want, method, target, **how):
        BadCalls.calls += 1
        status, body = self.server.call(method, target, **how)
        want = want if isinstance(want, tuple) else (want,)
        self.assertIn(status, want, f"{method} {target} {str(how)[:300]}: {str(body)[:300]}")
        if status >= 400 and method != "HEAD":
            self.assertTrue(isinstance(body, dict) and body["detail"] and body["code"], f"{method} {target}: {status} {body}")
        return body

    def raw(self, port, request, certificate=None):
        """What comes back for these bytes over TLS."""
        BadCalls.calls += 1
        with connect(self.server.ports[port]) as plain, self.server.context(certificate).wrap_socket(plain, server_hostname="localhost") as tls:
            tls.sendall(request)
            out = b""
            try:
                while block := tls.recv(65536):
                    out += block
                    if b"\r\n\r\n" in out and b"\r\nConnection: close" not in out:
                        break
            except ConnectionResetError:
                pass
            return out

    # -- agents

    def test_agents_without_a_certificate(self):
        for method, path, guarded in OF_AGENTS:
            if guarded:
                self.refused(403, method, path, body=b"{}" if method == "POST" else None, port=AGENTS)

    def test_agents_with_a_certificate_of_a_strangers_ca(self):
        for method, path, _ in OF_AGENTS:
            BadCalls.calls += 1
            with self.assertRaises(OSError, msg=path):
                self.server.call(method, path, port=AGENTS, certificate=self.stranger)

    def test_agents_with_another_devices_certificate(self):
        lobby, cafe = (self.fleet[name].identity() for name in self.devices[:2])
        of_lobby = self.fleet["sign-lobby"].status()["manifest"]
        of_cafe = self.fleet["sign-cafe"].status()["manifest"]
        self.assertNotEqual(of_lobby, of_cafe)
        self.assertEqual(self.server.call("GET", f"/agent/v1/blobs/{of_lobby}", port=AGENTS, certificate=lobby)[0], 200)
        self.refused(404, "GET", f"/agent/v1/blobs/{of_lobby}", port=AGENTS, certificate=cafe)
        mine = self.fleet["sign-cafe"].status()["manifest"]
        manifest = self.server.call("GET", f"/agent/v1/blobs/{of_lobby}", port=AGENTS, certificate=lobby)[1]
        others = [digest for _, digest in manifest["resources"]]
        shared = {digest for _, digest in self.server.call("GET", f"/agent/v1/blobs/{mine}", port=AGENTS, certificate=cafe)[1]["resources"]}
        for digest in set(others) - shared:
            self.refused(404, "GET", f"/agent/v1/blobs/{digest}", port=AGENTS, certificate=cafe)
        # A report is about whose certificate it comes with, whatever it says.
        before = self.server.get("/api/v1/devices/sign-lobby/timeline")["total"]
        event = {"kind": "flyball-report@v1", "boot": "b", "device": "sign-lobby",
                 "events": [{"number": 4_000_000, "kind": "note", "time": "2026-01-01T00:00:00Z", "sequence": 1, "body": {}}]}
        status, _ = self.server.call("POST", "/agent/v1/reports", event, port=AGENTS, certificate=cafe)
        self.assertIn(status, (200, 400))
        self.assertEqual(self.server.get("/api/v1/devices/sign-lobby/timeline")["total"], before)

    def test_agents_bad_bodies(self):
        lobby = self.fleet["sign-lobby"].identity()
        for method, path, guarded in OF_AGENTS:
            for body in BAD_BODIES:
                if method == "POST":
                    self.refused((400, 403, 501), method, path, body=body, port=AGENTS, certificate=lobby if guarded else None)

    def test_agents_wrong_methods_and_paths(self):
        lobby = self.fleet["sign-lobby"].identity()
        for right, path, _ in OF_AGENTS:
            for method in METHODS:
                if method != right:
                    self.refused(405, method, path, port=AGENTS, certificate=lobby)
        for path in ("/", "/agent", "/agent/v1", "/agent/v1/", "/agent/v2/desired", "/agent/v1/desired/", "/agent/v1//desired",
                     "/agent/v1/blobs/", "/agent/v1/blobs/x", "/agent/v1/blobs/sha256:zz", "/agent/v1/blobs/../../keys/ca.key",
                     "/agent/v1/blobs/%2e%2e%2fca.key", "/agent/v1/../v1/desired", "/agent/v1/trust%00", "/api/v1/me", "/" + "a" * 8000):
            self.refused((400, 404), "GET", path, port=AGENTS, certificate=lobby)
        for query in ("have=x", "seen=sha256:1", "trust=-1", "trust=99999999999999999999", "wake=a", "have=%ff", "have=%", "wake=%00"):
            self.refused(400, "GET", f"/agent/v1/desired?{query}", port=AGENTS, certificate=lobby)

    def test_agents_with_a_key_that_was_refused(self):
        certificate = self.fleet["sign-paris"].identity()
        self.assertEqual(self.server.call("DELETE", "/api/v1/devices/sign-paris/identity", token=self.server.token)[0], 204)
        for method, path, guarded in OF_AGENTS:
            if guarded:
                self.refused(403, method, path, body=b"{}" if method == "POST" else None, port=AGENTS, certificate=certificate)

    def test_too_large(self):
        large = b'{"x":"' + b"x" * (9 << 20) + b'"}'
        lobby = self.fleet["sign-lobby"].identity()
        for method, path, guarded in OF_AGENTS:
            if method == "POST":
                self.too_large(AGENTS, method, path, large, lobby if guarded else None)
        for method, path, _, _ in routes_of_people():
            if method == "POST":
                self.too_large(PEOPLE, method, example_of(path), large)
        # What the listener would take, but the endpoint does not.
        self.refused((400, 413), "POST", "/agent/v1/enroll", body=large[:100_000], port=AGENTS)
        self.refused(413, "POST", "/agent/v1/reports", body=large[:5 << 20], port=AGENTS, certificate=lobby)
        for port in (AGENTS, PEOPLE):
            for request in (b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
                            b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                            b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"):
                self.assertIn(self.raw(port, request)[:12], (b"HTTP/1.1 431", b"HTTP/1.1 400"), request[:30])

    def too_large(self, port, method, path, body, certificate=None):
        """The answer comes although the client is still sending."""
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        BadCalls.calls += 1
        with connect(self.server.ports[port]) as plain, self.server.context(certificate).wrap_socket(plain, server_hostname="localhost") as tls:
            tls.sendall(head.encode())
            self.assertEqual(tls.recv(12), b"HTTP/1.1 413", path)

    # -- people

    def test_people_without_or_with_a_wrong_token(self):
        for method, path, effect, _ in routes_of_people():
            target = example_of(path)
            if effect == "wake":
                for headers in ({}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"X-Gitlab-Token": ""}, {"X-Gitea-Signature": ""}):
                    self.refused(403, method, target, body=b"{}", headers=headers)
                continue
            self.refused(401, method, target)
            for wrong in ("", "Bearer", "Bearer ", "Bearer x", "Basic YWRtaW46YWRtaW4=", f"Bearer {self.server.token}x",
                          f"bearer{self.server.token}", "Bearer " + "f" * 5000):
                self.refused(401, method, target, headers={"Authorization": wrong})

    def test_people_without_the_role(self):
        # Each single role, so that no route is open to another than the one it names.
        tokens = {role: self.token_of(role, [role]) for role in ("submit", "review", "approve", "deploy", "operate", "admin")}
        tokens[""] = self.nobody
        for method, path, _, role in routes_of_people():
            for has, token in tokens.items():
                if role and has != role:
                    self.refused(403, method, example_of(path), token=token)

    def test_people_bad_bodies(self):
        bodies = [body for body in BAD_BODIES if body not in (b"", b"{}")] + [
            b'{"device":7,"hours":"x"}', b'{"device":"nobody","hours":-1}', b'{"device":"sign-lobby","hours":99999999999999}',
            b'{"device":"sign-lobby","hours":0}', b'{"kind":7,"reason":[]}', b'{"kind":"approve"}', b'{"kind":"deploy","reason":"x"}',
            b'{"person":""}', b'{"person":"x","days":0}', b'{"person":"x","days":1e300}', b'{"person":"x","roles":["root"]}',
            b'{"person":"x","roles":[[]]}', b'{"person":{}}', b'{"device":"../../etc/passwd"}', b'{"device":"a\\u0000b"}', b'{"person":"x","roles":"admin"}']
        for method, path, effect, _ in routes_of_people():
            if method == "POST":
                for body in bodies:
                    self.refused(403 if effect == "wake" else (400, 404, 409), method, example_of(path), token=self.server.token, body=body)

    def test_people_wrong_methods_and_paths(self):
        rows = routes_of_people()
        for path in {path for _, path, _, _ in rows}:
            right = {method for method, other, _, _ in rows if other == path}
            if "GET" in right:
                right.add("HEAD")
            for method in METHODS:
                if method not in right:
                    self.refused(405, method, example_of(path), token=self.server.token)
        for path in ("/", "/api", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "/api/v1//me", "/API/V1/ME", "/api/v1/devices/",
                     "/api/v1/devices/a/b", "/api/v1/../../admin.token", "/agent/v1/trust", "/api/v1/releases/1/2/3", "/api/v1/me%00"):
            self.refused((400, 404), "GET", path, token=self.server.token)

    def test_people_wrong_parameters(self):
        for method, path, effect, _ in routes_of_people():
            if "{" not in path:
                continue
            for name in ("..", "%2e%2e", "%00", "%ff", "a%2fb", "'%20or%201=1--", "-1", "18446744073709551616", "%F0%9F%92%A3", "x" * 7000):
                if effect != "wake":
                    self.refused((400, 404, 409), method, re.sub(r"\{[^}]*\}", lambda _: name, path), token=self.server.token,
                                 body=b'{"kind":"approve","reason":"x"}' if method == "POST" else None)
        for path in ("devices", "devices/sign-lobby/timeline", "releases", "drift", "events"):
            for query in ("limit=0", "limit=501", "limit=x", "limit=", "limit=-1", "limit=99999999999999999999", "colour=red", "limit=%"):
                self.refused(400, "GET", f"/api/v1/{path}?{query}", token=self.server.token)
        for query in ("releases?after=x", "events?after=x", "drift?after=x", "drift?since=x", "drift?since=-1h", "devices?state=Perfect",
                      "drift?since=99999999999999999999d", "drift?since=9999999999d", "drift?since=0000-00-00T00:00:00Z"):
            self.refused(400, "GET", f"/api/v1/{query}", token=self.server.token)

    def test_a_token_that_was_taken_back(self):
        made = self.server.call("POST", "/api/v1/tokens", {"person": "Bo", "roles": ["admin"]}, token=self.server.token)[1]
        self.assertEqual(self.server.call("GET", "/api/v1/tokens", token=made["token"])[0], 200)
        self.assertEqual(self.server.call("DELETE", f"/api/v1/tokens/{made['id']}", token=self.server.token)[0], 204)
        self.refused(401, "GET", "/api/v1/tokens", token=made["token"])

    # -- below HTTP

    def test_what_is_no_request(self):
        for port in (AGENTS, PEOPLE):
            for request in (b"\x00" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
                            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                            b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                            b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                            b"GET http://[::1 HTTP/1.1\r\n\r\n", b"GET * HTTP/1.1\r\nHost: x\r\n\r\n"):
                self.assertRegex(self.raw(port, request), rb"^HTTP/1.1 4\d\d ", request)

    def test_plain_text_to_a_port_that_speaks_tls(self):
        for port in self.server.ports:
            for request in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\x00" * 300, b"SSH-2.0-x\r\n"):
                BadCalls.calls += 1
                with connect(port) as plain:
                    plain.sendall(request)
                    plain.shutdown(socket.SHUT_WR)
                    said = b""
                    try:
                        while block := plain.recv(4096):
                            said += block
                    except ConnectionResetError:
                        pass
                    if request.startswith(b"GET"):
                        self.assertIn(b"HTTPS", said)

    def test_tls_of_before(self):
        for port in self.server.ports:
            context = ssl.create_default_context(cafile=self.server.ca)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            BadCalls.calls += 1
            with connect(port) as plain, self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(plain, server_hostname="localhost")

    def test_slow_clients_are_cut_off(self):
        """Each trickles a byte a time; those whose deadline is seconds away are cut, and nobody else waits for them."""
        cut, stop = {}, threading.Event()

        def trickle(name, port, prefix, tls):
            try:
                plain = connect(port)
                talk = self.server.context().wrap_socket(plain, server_hostname="localhost") if tls else plain
                with talk:
                    talk.sendall(prefix)
                    while not stop.wait(0.2):
                        talk.sendall(b"a")
                        talk.settimeout(0.01)
                        try:
                            if talk.recv(4096) == b"":
                                break
                        except (TimeoutError, ssl.SSLWantReadError):
                            pass
                            talk.settimeout(PATIENCE)
            except OSError:
                pass
            cut[name] = not stop.is_set()

        clients = []
        for port in self.server.ports:
            clients += [(f"{port} header", port, b"GET / HTTP/1.1\r\nX-Slow: ", True), (f"{port} hello", port, b"\x16\x03\x01\x02\x00", False),
                        (f"{port} body", port, b"POST /api/v1/tokens HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", True)]
        threads = [threading.Thread(target=trickle, args=client) for client in clients]
        BadCalls.calls += len(clients)
        for thread in threads:
            thread.start()
        try:
            self.assertEqual(self.server.call("GET", "/api/v1/me", token=self.server.token, timeout=5)[0], 200)
            wait_until("headers and handshakes that trickle are cut", lambda: sum(cut.get(name, False) for name, *_ in clients) >= 4)
            self.assertEqual(self.server.call("GET", "/api/v1/me", token=self.server.token, timeout=5)[0], 200)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def test_idle_half_open_and_vanished_connections(self):
        held = []
        try:
            for i in range(200):  # Handshaken and silent.
                plain = connect(self.server.ports[i % 2])
                held.append(self.server.context().wrap_socket(plain, server_hostname="localhost"))
            for i in range(200):  # Connected, not a byte sent; some close their sending half.
                plain = connect(self.server.ports[i % 2])
                held.append(plain)
                if i % 3 == 0:
                    plain.shutdown(socket.SHUT_WR)
            for i in range(50):  # Gone in the middle of a request, by a reset.
                plain = connect(self.server.ports[i % 2])
                tls = self.server.context().wrap_socket(plain, server_hostname="localhost")
                tls.sendall(b"POST /agent/v1/reports HTTP/1.1\r\nContent-Length: 500\r\n\r\nhalf")
                tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                tls.close()
            BadCalls.calls += 450
            self.assertEqual(self.server.call("GET", "/api/v1/me", token=self.server.token, timeout=5)[0], 200)
        finally:
            for each in held:
                each.close()

    def test_held_requests_that_leave(self):
        lobby = self.fleet["sign-lobby"].identity()
        connections = self.server.get("/api/v1/system")["connections"]
        for _ in range(50):
            with connect(self.server.ports[AGENTS]) as plain, self.server.context(lobby).wrap_socket(plain, server_hostname="localhost") as tls:
                tls.sendall(b"GET /agent/v1/desired?trust=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        BadCalls.calls += 50
        wait_until("what is held for those who left is dropped", lambda: self.server.get("/api/v1/system")["connections"] <= connections)


class Route(unittest.TestCase):
    def test_there_are_routes_and_none_writes_desired_state(self):
        rows = routes_of_people()
        self.assertGreater(len(rows), 15)
        self.assertEqual({effect for _, _, effect, _ in rows}, {"read", "runtime", "session", "wake"})


if __name__ == "__main__":
    unittest.main()
