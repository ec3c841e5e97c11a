"""Links in the documents: each relative one leads to a file of this tree and, with `#`, to a heading in it."""

import re

import tree

CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def slug(heading):
    """The anchor that forges give a heading."""
    words = re.sub(r"[`*_]|\[|\]\([^)]*\)", "", heading).lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words))


def anchors(text):
    found = set()
    for heading in HEADING.findall(re.sub(r"^(```|~~~).*?^\1[^\n]*$", "", text, flags=re.MULTILINE | re.DOTALL)):
        name, n = slug(heading), 0
        while (name if n == 0 else f"{name}-{n}") in found:
            n += 1
        found.add(name if n == 0 else f"{name}-{n}")
    return found


def broken_links(path, root):
    text = CODE.sub(blank, path.read_text())
    for match in LINK.finditer(text):
        link = match.group(1) or match.group(2)
        if ELSEWHERE.match(link):
            continue
        file, _, anchor = link.partition("#")
        target = (root / file.lstrip("/") if file.startswith("/") else path.parent / file) if file else path
        where = f"{path.relative_to(root)}:{tree.line_of(text, match.start())}"
        if not target.exists():
            yield f"{where}: {link} leads nowhere"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
            yield f"{where}: {link} names no heading of {file or path.name}"


def violations(root=tree.ROOT):
    return [line for path in tree.files(root, (".md",)) for line in broken_links(path, root)]
