"""Looks at the built guide: every link and anchor leads somewhere, nothing is left of unrendered markup, and
every kind of error, example and page is there. Prints what is not, and fails then.

`python3 guide/check.py target/guide`
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ROOT / "pg-bulk-ingest" / "src" / "error" / "kind.rs"
# Not recipes: what starts a server for other programs, and the one that README and the docs begin with.
NOT_RECIPES = {"with_server", "quickstart"}


class Page(HTMLParser):
    """The anchors, links and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.prose = set(), [], []
        self.code = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        for name in ("href", "src"):
            if attributes.get(name):
                self.links.append(attributes[name])
        if tag in ("code", "pre", "script", "style"):
            self.code += 1

    def handle_endtag(self, tag):
        if tag in ("code", "pre", "script", "style"):
            self.code -= 1

    def handle_data(self, data):
        if not self.code:
            self.prose.append(data)


def dead_links(folder, pages):
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:|//", link):
                continue
            target, _, anchor = link.partition("#")
            target = target.partition("?")[0]
            where = (path.parent / target).resolve() if target else path
            if where.is_dir():
                where = where / "index.html"
            if not where.exists():
                yield f"{path.relative_to(folder)}: {link} is not there"
            elif anchor and where in pages and anchor not in pages[where].anchors:
                yield f"{path.relative_to(folder)}: {link} has no such anchor"


def raw_markup(folder, pages):
    for path, page in pages.items():
        if "{{" + "#" in path.read_text():
            yield f"{path.relative_to(folder)}: what it includes is not there"
        for sign in ("{{compile", "](", "```", "[`"):
            if sign in "".join(page.prose):
                yield f"{path.relative_to(folder)}: {sign!r} in the text"


def lacking(folder):
    kinds = KINDS.read_text().split("pub enum ErrorKind {")[1].split("\n}\n")[0]
    kinds = set(re.findall(r"^    ([A-Z]\w+)", kinds, re.M))
    sections = (ROOT / "guide/src/errors/kinds.md").read_text()
    sections = set(re.findall(r"^## (\w+)$", sections, re.M))
    yield from (f"no section of ErrorKind::{kind}" for kind in sorted(kinds - sections))
    yield from (f"a section of ErrorKind::{kind}, which is not there" for kind in sorted(sections - kinds))
    # The words that an error displays are those of the code.
    words = re.sub(r"\\\n\s*", "", KINDS.read_text())
    text = (ROOT / "guide/src/errors/kinds.md").read_text()
    for shown in re.findall(r"^## \w+\n\n(`.*`)$", text, re.M):
        for piece in re.split("…|`", shown):
            if len(piece.strip()) > 10 and piece.strip() not in words and "waiting for" not in piece:
                yield f"no error says {piece.strip()!r}"
    recipes = "".join(path.read_text() for path in (ROOT / "guide/src/recipes").glob("*.md"))
    for path in sorted((ROOT / "examples").glob("*.rs")):
        if path.stem not in NOT_RECIPES and f"/{path.name}" not in recipes:
            yield f"no recipe shows examples/{path.name}"
    for path in sorted((ROOT / "examples/output").glob("*.txt")):
        if f"output/{path.name}" not in recipes:
            yield f"no recipe shows examples/output/{path.name}"
    summary = (ROOT / "guide/src/SUMMARY.md").read_text()
    source = ROOT / "guide/src"
    for path in sorted(source.rglob("*.md")):
        name = str(path.relative_to(source))
        if name != "SUMMARY.md" and f"({name})" not in summary:
            yield f"SUMMARY.md lacks {name}"
    compiled = (folder / "errors/compile.html").read_text()
    for path in sorted((ROOT / "tests/ui/fail").glob("*.rs")):
        if path.stem.replace("_", " ").capitalize() not in compiled:
            yield f"the page of compile errors lacks {path.name}"


def main():
    folder = Path(sys.argv[1]).resolve()
    files = [path for path in folder.rglob("*.html") if path.name not in ("404.html", "toc.html", "print.html")]
    pages = {path: Page(path.read_text()) for path in files}
    wrong = [*dead_links(folder, pages), *raw_markup(folder, pages), *lacking(folder)]
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(pages)} pages, {sum(len(page.links) for page in pages.values())} links, {len(wrong)} faults")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
