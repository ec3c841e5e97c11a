#!/usr/bin/env python3
"""Which module may include which. Run alone it prints the includes and CMake links that go against an arrow.

The table names the direct arrows; a module may also include what those may (and itself). A program in `apps` is one of
the four in ONE_OF with all that one may include, and nothing of the others.
"""

import re
import sys

import tree

ARROWS = {
    "base": [],
    "model": ["base"],
    "resources": ["model"],
    "compile": ["resources"],
    "plan": ["resources"],
    "trust": ["model"],
    "rollout": ["model"],
    "wire": ["resources"],
    "os": ["base"],
    "providers": ["resources", "os"],
    "agent": ["plan", "wire", "trust", "providers", "os"],
    "source": ["model"],
    "store": ["model"],
    "server": ["compile", "plan", "rollout", "trust", "wire", "os", "source", "store"],
    "cli": ["compile", "plan", "wire", "trust", "source", "os"],
    "sim": ["agent", "server"],
}
ONE_OF = ["agent", "server", "cli", "sim"]

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
MODULE = re.compile(r"flyball_module\(\s*(\w+)([^)]*)\)")


def reach(module):
    """The modules that a file of this module may include."""
    seen, todo = {module}, [module]
    while todo:
        for nearer in ARROWS[todo.pop()]:
            if nearer not in seen:
                seen.add(nearer)
                todo.append(nearer)
    return seen


def allowed_sets(module):
    """The sets of modules of which a file must stay within one; None for a folder that the table does not know."""
    if module == "apps":
        return [reach(program) | {"apps"} for program in ONE_OF]
    return [reach(module)] if module in ARROWS else None


def wrong_modules(module, used):
    """The least set of modules in `used` that no arrow of `module` allows."""
    choices = allowed_sets(module)
    return min((sorted(used - allowed) for allowed in choices), key=len) if choices else sorted(used)


def wrong_includes(source):
    """Lines of `path:line: reason` for the #includes below a `src` folder."""
    for path in tree.files(source, (".cpp", ".hpp")):
        where = path.relative_to(source)
        module = where.parts[0]
        text = path.read_text()
        includes = [(tree.line_of(text, m.start(1)), m.group(1)) for m in INCLUDE.finditer(text)]
        for line, name in includes:
            if not (source / name).is_file():
                yield f"src/{where}:{line}: \"{name}\" is no path from the root of src"
        wrong = wrong_modules(module, {name.split("/")[0] for _, name in includes})
        for line, name in includes:
            if name.split("/")[0] in wrong:
                yield f"src/{where}:{line}: {module} may not include \"{name}\""


def wrong_links(source):
    """The same for what a module's CMakeLists.txt says it USES."""
    for path in sorted(source.glob("*/CMakeLists.txt")):
        for module, arguments in MODULE.findall(path.read_text()):
            words = re.split(r"\bLINKS\b", arguments)[0].split()
            used = {word for word in words if word in ARROWS}
            for name in wrong_modules(module, used):
                yield f"src/{path.relative_to(source)}: {module} may not use {name}"


def violations(root=tree.ROOT):
    source = root / "src"
    return [*wrong_includes(source), *wrong_links(source)]


if __name__ == "__main__":
    found = violations()
    print("\n".join(found) if found else "every include goes where an arrow goes")
    sys.exit(1 if found else 0)
