"""`python -m tests.house.reference`: write the reference pages of docs/, and the generated part of docs/site.md."""

from tests.house.reference.pages import pages

if __name__ == "__main__":
    for path, page in pages().items():
        text = page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.name}")
