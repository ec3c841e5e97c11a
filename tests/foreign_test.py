import tempfile
import unittest

import foreign
import tree


class Foreign(unittest.TestCase):
    def test_every_library_stays_behind_our_interfaces(self):
        self.assertEqual(foreign.violations(), [])

    def test_what_shows_through_is_refused(self):
        cases = [
            ("another folder", {"plan/a.cpp": "#include <boost/json.hpp>\n"},
             ["src/plan/a.cpp:1: <boost/json.hpp> may be seen from base/ only"]),
            ("a test library in the program", {"plan/a.cpp": "\n#include <gtest/gtest.h>\n"},
             ["src/plan/a.cpp:2: <gtest/gtest.h> is for tests"]),
            ("through a header", {"os/net/a.hpp": "#include <boost/asio.hpp>\n", "agent/a.cpp": '#include "os/net/a.hpp"\n'},
             ['src/agent/a.cpp:1: "os/net/a.hpp" shows a foreign header, so only its own folder may include it']),
            ("through two headers",
             {"os/net/a.hpp": "#include <boost/asio.hpp>\n", "os/net/b.hpp": '#include "os/net/a.hpp"\n', "os/c.cpp": '#include "os/net/b.hpp"\n'},
             ['src/os/c.cpp:1: "os/net/b.hpp" shows a foreign header, so only its own folder may include it']),
        ]
        for name, files, want in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                tree.lay(root, {f"src/{path}": text for path, text in files.items()})
                self.assertEqual(foreign.violations(tree.Path(root)), want)

    def test_what_stays_behind_passes(self):
        files = {"base/json.cpp": "#include <boost/json.hpp>\n", "plan/a_test.cpp": "#include <gmock/gmock.h>\n",
                 "os/net/a.hpp": "#include <boost/asio.hpp>\n", "os/net/deep/b.cpp": '#include "os/net/a.hpp"\n',
                 "agent/a.cpp": "#include <vector>\n"}
        with tempfile.TemporaryDirectory() as root:
            tree.lay(root, {f"src/{path}": text for path, text in files.items()})
            self.assertEqual(foreign.violations(tree.Path(root)), [])


if __name__ == "__main__":
    unittest.main()
