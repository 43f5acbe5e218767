"""The technician's guide: one page in each language, made from the steps of the path and their pictures."""

from pathlib import Path

from tests.web.walk.person import Step

_PAGES = {
    False: ("technician-guide.md", "The technician's guide", "From an empty gateway to a green report. The pictures are made by `python -m tests.web.walk --guides`, with simulated devices; "
            "the whole path took {taps} taps, each typed character being one.", "[In italiano](guida-tecnico.md)"),
    True: ("guida-tecnico.md", "Guida per il tecnico", "Da un gateway vuoto al rapporto verde. Le immagini sono create da `python -m tests.web.walk --guides`, con dispositivi simulati; "
           "l'intero percorso ha richiesto {taps} tocchi, contando ogni carattere digitato.", "[In English](technician-guide.md)"),
}  # fmt: skip


def write_guide(docs: Path, steps: list[Step], *, italian: bool) -> None:
    """Write the guide beside the folder of its pictures."""
    name, title, introduction, other = _PAGES[italian]
    parts = [f"# {title}\n\n{other}\n\n{introduction.format(taps=sum(step.taps for step in steps))}\n"]
    for number, step in enumerate(steps, 1):
        parts.append(f'\n## {number}. {step.title}\n\n{step.text}\n\n<img src="pictures/{step.picture}" width="300" alt="{step.title}">\n')
    (docs / name).write_text("".join(parts), encoding="utf-8")
