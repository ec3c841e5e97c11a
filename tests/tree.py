"""The files of this repository as the source tests see them: everything but what is built or belongs to git."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".cache", "build", "__pycache__"}


def files(root=ROOT, suffixes=None):
    """Yields the paths below root, sorted, of files that end in one of suffixes (all files without it)."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in NOT_OURS)
        for name in sorted(names):
            if suffixes is None or name.endswith(tuple(suffixes)):
                yield Path(folder) / name


def line_of(text, offset):
    """The number, from 1, of the line that holds text[offset]."""
    return text.count("\n", 0, offset) + 1


def lay(root, content):
    """Writes a small tree for a self-test: {relative path: text}."""
    for path, text in content.items():
        target = Path(root) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return Path(root)
