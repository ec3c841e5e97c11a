"""Text that must not be in the tree: paths of one machine, names of package registries, work left open."""

import re

import tree

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = "|".join(r"\." .join(parts) for parts in [
    ("deb", "debian", "org"), ("security", "debian", "org"), ("snapshot", "debian", "org"), ("ftp", r"[\w.]*debian", "org"),
    ("pypi", "org"), ("files", "pythonhosted", "org"), ("crates", "io"), ("proxy", "golang", "org"),
    ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"), ("repo1", "maven", "org"), ("archive", "ubuntu", "com")])

RULES = [
    ("a path of one machine", re.compile(r"(?<![\w.~/$}*-])/(?:work|farm|tmp/brief)/[\w/.-]*")),
    ("a package registry", re.compile(rf"\b(?:{REGISTRIES})\b")),
    ("work left open", re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")),
]

SAMPLES = "words_test.py"  # Shows each rule what it must find.


def violations(root=tree.ROOT):
    for path in tree.files(root):
        if path.name == SAMPLES:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for what, pattern in RULES:
            for match in pattern.finditer(text):
                yield f"{path.relative_to(root)}:{tree.line_of(text, match.start())}: {what}: {match.group()}"
