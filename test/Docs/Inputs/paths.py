# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every path that documents and comments name exists: paths.py ROOT. Prints those
that don't."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1]).resolve()
FOLDERS = "benchmarks|cmake|dialects|docs|examples|include|lib|scripts|test|tools"
PATH = re.compile(r"(?<![\w./%%{-])(?:%s)/[\w./*+-]*" % FOLDERS)
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")
BLOCK = re.compile(r"^\s*(?:/?\*)(.*)")  # a line of a comment of C's
COMMENT = {".cpp": "//", ".h": "//", ".td": "//", ".c": "//", ".mlir": "//",
           ".ll": ";", ".py": "#", ".cmake": "#", ".test": "#", ".txt": "#"}
missing = []


def exists(folder, name):
    name = name.rstrip(".")
    if "*" in name:
        return any(folder.glob(name))
    return (folder / name).exists()


def check(path, number, text, folder, pattern):
    for match in pattern.finditer(text):
        name = match[match.lastindex or 0]
        # What the compiler writes, or a build does.
        if not exists(folder, name) and not name.endswith((".inc", ".so")):
            missing.append("%s:%d: %s" % (path.relative_to(root), number, name))


documents = [*root.glob("*.md"), *root.glob("docs/**/*.md"),
             *root.glob("benchmarks/*.md"), *root.glob("examples/**/*.md")]
for path in documents:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        check(path, number, line, root, PATH)
        check(path, number, line, path.parent, LINK)

for folder in FOLDERS.split("|"):
    for path in (root / folder).rglob("*"):
        mark = COMMENT.get(path.suffix)
        if not mark or not path.is_file():
            continue
        lines = path.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            block = path.suffix in (".c", ".h") and BLOCK.match(line)
            _, found, comment = line.partition(mark)
            if block:
                check(path, number, block[1], root, PATH)
            elif found and "RUN:" not in comment:
                check(path, number, comment, root, PATH)

print("\n".join(sorted(missing)) or "all paths exist")
sys.exit(bool(missing))
