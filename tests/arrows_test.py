import tempfile
import unittest

import arrows
import tree


class Arrows(unittest.TestCase):
    def test_every_include_goes_where_an_arrow_goes(self):
        self.assertEqual(arrows.violations(), [])

    def test_the_check_reads_this_repository(self):
        self.assertTrue(any(tree.files(tree.ROOT / "src" / "base", (".hpp",))))

    def test_what_goes_against_an_arrow_is_refused(self):
        cases = [
            ("upwards", "base/a.cpp", '#include "model/m.hpp"\n', ["src/base/a.cpp:1: base may not include \"model/m.hpp\""]),
            ("sideways in the core", "plan/a.cpp", '#include "compile/m.hpp"\n',
             ["src/plan/a.cpp:1: plan may not include \"compile/m.hpp\""]),
            ("the world from the core", "trust/a.hpp", '\n #  include "os/m.hpp"\n',
             ["src/trust/a.hpp:2: trust may not include \"os/m.hpp\""]),
            ("a test is no excuse", "wire/a_test.cpp", '#include "agent/m.hpp"\n',
             ["src/wire/a_test.cpp:1: wire may not include \"agent/m.hpp\""]),
            ("two programs in one main", "apps/a.cpp", '#include "agent/m.hpp"\n#include "cli/m.hpp"\n',
             ["src/apps/a.cpp:2: apps may not include \"cli/m.hpp\""]),
            ("not from the root of src", "plan/a.cpp", '#include "m.hpp"\n',
             ["src/plan/a.cpp:1: \"m.hpp\" is no path from the root of src",
              "src/plan/a.cpp:1: plan may not include \"m.hpp\""]),
            ("a folder of no module", "misc/a.cpp", '#include "base/m.hpp"\n',
             ["src/misc/a.cpp:1: misc may not include \"base/m.hpp\""]),
            ("a CMake link", "model/CMakeLists.txt", "flyball_module(model USES base os LINKS Boost::json)\n",
             ["src/model/CMakeLists.txt: model may not use os"]),
        ]
        for name, path, text, want in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                headers = {f"src/{module}/m.hpp": "" for module in arrows.ARROWS}
                tree.lay(root, headers | {f"src/{path}": text})
                self.assertEqual(arrows.violations(tree.Path(root)), want)

    def test_what_follows_the_arrows_passes(self):
        cases = [
            ("itself", "plan/a.cpp", '#include "plan/m.hpp"\n'),
            ("two arrows away", "compile/a.cpp", '#include "base/m.hpp"\n'),
            ("the server judges with the agent's planner", "server/a.cpp", '#include "plan/m.hpp"\n'),
            ("a program and what it may", "apps/a.cpp", '#include "cli/m.hpp"\n#include "os/m.hpp"\n'),
            ("a standard header of the same name", "base/a.cpp", "#include <model>\n"),
            ("a CMake link", "cli/CMakeLists.txt", "flyball_module(cli USES compile\n  os LINKS CLI11::CLI11)\n"),
        ]
        for name, path, text in cases:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                headers = {f"src/{module}/m.hpp": "" for module in arrows.ARROWS}
                tree.lay(root, headers | {f"src/{path}": text})
                self.assertEqual(arrows.violations(tree.Path(root)), [])


if __name__ == "__main__":
    unittest.main()
