"""The ids of docs/invariants.md against the ids that tests name: each of one side is on the other."""

import re

import tree

PAGE = "docs/invariants.md"
# What a test says: its comments, and the name in TEST(Suite, S6_Name).
SAYS = re.compile(r"//[^\n]*|/\*.*?\*/|#(?!\s*(?:include|define|if|endif|pragma))[^\n]*|\"\"\".*?\"\"\"|TEST(?:_[FP])?\([^)]*\)|\bdef test_\w+", re.DOTALL)
NAMED = re.compile(r"(?<![A-Za-z0-9])([SL][1-9]\d?)(?![A-Za-z0-9])")
ROW = re.compile(r"^\|\s*([SL][1-9]\d?)\b", re.MULTILINE)
TESTS = ("_test.cpp", "_suite.cpp", "_suite.hpp", ".scenario")


def is_test(path, root):
    return path.name.endswith(TESTS) or (path.suffix == ".py" and path.name.startswith("test_") and path.parent == root / "lab")


def named_by_tests(root):
    """{id: the first place that names it}."""
    found = {}
    for path in tree.files(root):
        if not is_test(path, root):
            continue
        text = path.read_text()
        for said in SAYS.finditer(text):
            for match in NAMED.finditer(said.group()):
                found.setdefault(match.group(1), f"{path.relative_to(root)}:{tree.line_of(text, said.start() + match.start())}")
    return found


def violations(root=tree.ROOT):
    page = set(ROW.findall((root / PAGE).read_text()))
    tests = named_by_tests(root)
    return ([f"{where}: {name} is not in {PAGE}; add its row" for name, where in sorted(tests.items()) if name not in page] +
            [f"{PAGE}: {name} is named by no test" for name in sorted(page - set(tests))])
