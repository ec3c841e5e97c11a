"""Full expressions with a `co_await` that also hold a lambda, a braced list or a conditional.

g++ 12 destroys the temporaries of such an expression twice. Name them in a local and move it in. The check works on
text: it takes comments and literals out, finds the expression around each `co_await`, and looks for `[`, `{` and `?`.
"""

import re

import tree

LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<fence>[^()\s\\]*)\(.*?\)(?P=fence)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
CONTROL = re.compile(r"\b(?:if|while|for|switch|constexpr)\s*$")
BEFORE_BLOCK = re.compile(r"(?:\)|\]|;|\{|\}|:|>|\b(?:else|do|try|const|noexcept|mutable|override|final))\s*$|^\s*$")
OPEN, CLOSE = "([{", ")]}"


def blank(text):
    """The same text with comments and literals as spaces, so that offsets and lines stay."""
    return LITERALS.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def start_of(code, at):
    """Where the full expression around code[at] begins."""
    depth = 0
    for i in range(at - 1, -1, -1):
        c = code[i]
        if c in ")]":
            depth += 1
        elif c == "}":
            if depth == 0 and not re.match(r"\s*[,.)\]]", code[i + 1:]):
                return i + 1  # The end of the block before.
            depth += 1
        elif c in "([":
            if depth == 0 and CONTROL.search(code[:i]):
                return i + 1
            depth = max(0, depth - 1)
        elif c == "{":
            if depth == 0 and BEFORE_BLOCK.search(code[:i]):
                return i + 1
            depth = max(0, depth - 1)
        elif c == ";" and depth == 0:
            return i + 1
    return 0


def end_of(code, begin):
    """Where the full expression that begins at code[begin] ends: at its `;`, or where something around it closes."""
    depth = 0
    for i in range(begin, len(code)):
        c = code[i]
        if c in OPEN:
            depth += 1
        elif c in CLOSE:
            if depth == 0:
                return i
            depth -= 1
        elif c == ";" and depth == 0:
            return i
    return len(code)


def bad_awaits(text):
    """The lines of the `co_await`s whose full expression holds `[`, `{` or `?`."""
    code = blank(text)
    for match in re.finditer(r"\bco_await\b", code):
        begin = start_of(code, match.start())
        if re.search(r"[\[{?]", code[begin:end_of(code, begin)]):
            yield tree.line_of(code, match.start())


def violations(root=tree.ROOT):
    return [f"{path.relative_to(root)}:{line}: co_await beside a lambda, a braced list or a conditional; name it in a local first"
            for path in tree.files(root / "src", (".cpp", ".hpp")) for line in bad_awaits(path.read_text())]
