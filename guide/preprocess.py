"""An mdBook preprocessor: makes the links of docs/*.md those of the guide, and the page of compile errors.

mdBook calls it with `supports RENDERER`, and then with the book as JSON.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "ui" / "fail"

# Where what the files of the repository link to is in the guide.
PAGES = {
    "docs/migration.md": "migration.md",
    "docs/privileges.md": "privileges.md",
    "docs/performance.md": "performance.md",
    "docs/reliability.md": "reliability.md",
    "migration.md": "migration.md",
    "privileges.md": "privileges.md",
    "performance.md": "performance.md",
    "reliability.md": "reliability.md",
}

# The pages that are files of the repository.
INCLUDED = {"migration.md", "privileges.md", "performance.md", "reliability.md", "changelog.md", "structs.md"}

# What fixtures are about, by what their names begin with: the first that fits.
TOPICS = [
    ("Rows, batches and high watermarks", ("batches", "rows", "stream")),
    ("Keys", ("primary_key", "key_", "newest_by", "unique", "option_within", "more_than_1599")),
    ("Indexes", ("index",)),
    ("Types of columns", ("type_", "sql_type", "sql_is", "text_", "to_sql", "array_", "filled", "on_update")),
    ("Enum types", ("enum_type", "settings_of_an_enum_type")),
    ("Newtypes", ("newtype",)),
    ("Sets of tables", ("set_",)),
    ("Structs within structs", ("flatten",)),
    ("Names and settings", ("",)),
]


def link(match, page):
    """A link of a file of the repository, as one of the guide; its text alone if it leads elsewhere."""
    bang, text, target = match.groups()
    path, _, anchor = target.partition("#")
    if not path or "://" in path or bang:
        return match.group(0)
    if path in PAGES:
        return f"[{text}]({PAGES[path]}{'#' + anchor if anchor else ''})"
    return text


def relinked(content, page):
    content = re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", lambda match: link(match, page), content)
    # Links of rustdoc have no meaning here.
    return re.sub(r"\[(`[^`\]]+`)\](?![(:\[])", r"\1", content)


def title(name):
    return name.replace("_", " ").capitalize()


def compile_errors():
    """Each fixture of the derive: what was written, and what the compiler says of it."""
    parts = []
    names = sorted(path.stem for path in FIXTURES.glob("*.stderr"))
    left = list(names)
    for topic, begins in TOPICS:
        of_topic = [name for name in left if name.startswith(begins)]
        left = [name for name in left if name not in of_topic]
        parts.append(f"## {topic}\n")
        for name in of_topic:
            source = (FIXTURES / f"{name}.rs").read_text().strip()
            said = (FIXTURES / f"{name}.stderr").read_text().strip()
            source, said = shortened(source), shortened(said)
            parts.append(f"<a id=\"{name}\"></a>\n\n**{title(name)}**\n\n```rust\n{source}\n```\n\n```text\n{said}\n```\n")
    return "\n".join(parts)


def shortened(text, most=60):
    """Fixtures with a thousand columns are not printed whole."""
    lines = [line if len(line) <= 400 else line[:400] + " …" for line in text.splitlines()]
    return "\n".join(lines[:most] + ["…"] * (len(lines) > most))


def visit(items):
    for item in items:
        chapter = item.get("Chapter") if isinstance(item, dict) else None
        if not chapter:
            continue
        path = chapter.get("path") or ""
        if path in INCLUDED:
            chapter["content"] = relinked(chapter["content"], path)
        if "{{compile-errors}}" in chapter["content"]:
            chapter["content"] = chapter["content"].replace("{{compile-errors}}", compile_errors())
        visit(chapter["sub_items"])


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "supports":
        sys.exit(0)
    _, book = json.load(sys.stdin)
    visit(book.get("items", book.get("sections")))
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    main()
