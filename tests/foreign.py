"""Where headers of others may be seen: each library from the places below only, and never through a header of ours that
another folder includes. An interface then says what we mean and not how it is done.
"""

import re

import tree

# The start of a header's name → the starts of the paths below src that may include it.
PLACES = {
    "boost/asio": ["os/net/"],
    "boost/beast": ["os/net/"],
    "boost/json": ["base/"],
    "CLI/": ["cli/", "apps/"],
    "openssl/": ["base/digest.cpp", "os/net/", "server/webhook.cpp"],
    "seccomp.h": ["server/confinement.cpp"],
    "sodium": ["trust/"],
    "sqlite3": ["store/"],
    "SQLiteCpp/": ["store/"],
    "systemd/": ["os/real/"],
    "yaml.h": ["compile/yaml/"],
}
TESTING = ("gtest/", "gmock/")

FOREIGN = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.MULTILINE)
OURS = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def is_test(name):
    return re.search(r"_(test|suite|fixture)\.[ch]pp$", name) is not None


def foreign(text):
    """The headers in angle brackets that belong to a library of PLACES or to GoogleTest, each with its line."""
    for match in FOREIGN.finditer(text):
        if match.group(1).startswith((*PLACES, *TESTING)):
            yield tree.line_of(text, match.start(1)), match.group(1)


def misplaced(name, text):
    for line, header in foreign(text):
        places = next((p for start, p in PLACES.items() if header.startswith(start)), None)
        if places is None and not is_test(name):
            yield f"src/{name}:{line}: <{header}> is for tests"
        elif places is not None and not is_test(name) and not name.startswith(tuple(places)):
            yield f"src/{name}:{line}: <{header}> may be seen from {' and '.join(places)} only"


def showing(texts):
    """The headers of ours through which one sees a foreign one: those that include it, or include one of these."""
    found = {name for name, text in texts.items() if name.endswith(".hpp") and any(foreign(text))}
    while True:
        more = {name for name, text in texts.items()
                if name.endswith(".hpp") and name not in found and not found.isdisjoint(OURS.findall(text))}
        if not more:
            return found
        found |= more


def leaks(texts):
    shown = showing(texts)
    for name, text in texts.items():
        for match in OURS.finditer(text):
            header = match.group(1)
            if header in shown and not name.startswith(header.rpartition("/")[0] + "/"):
                yield (f"src/{name}:{tree.line_of(text, match.start(1))}: \"{header}\" shows a foreign header, "
                       f"so only its own folder may include it")


def violations(root=tree.ROOT):
    source = root / "src"
    texts = {str(path.relative_to(source)): path.read_text() for path in tree.files(source, (".cpp", ".hpp"))}
    return [line for name, text in texts.items() for line in misplaced(name, text)] + list(leaks(texts))
