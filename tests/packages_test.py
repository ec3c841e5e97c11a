"""scripts/packages, which ./dev setup installs, and docs/dependencies.md, which says why, name the same packages."""

import re
import unittest

import tree


def installed():
    lines = (tree.ROOT / "scripts/packages").read_text().splitlines()
    return {line.split("#")[0].split()[1] for line in lines if line.split("#")[0].strip()}


def explained():
    rows = (tree.ROOT / "docs/dependencies.md").read_text().splitlines()
    names = [cell for row in rows if row.startswith("| `") for cell in row.split("|")[1:2]]
    return {name for cell in names for name in re.findall(r"`([^`]+)`", cell)}


class Packages(unittest.TestCase):
    def test_every_installed_package_is_explained_and_every_explained_one_installed(self):
        self.assertEqual(sorted(installed()), sorted(explained()))


if __name__ == "__main__":
    unittest.main()
