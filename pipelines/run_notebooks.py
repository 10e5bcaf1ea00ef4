"""Run notebooks with parameters, and keep each executed copy with a self-contained HTML page beside it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter
from papermill.exceptions import PapermillExecutionError
from settings import read_settings

from paybench import PaybenchError
from paybench.files import replaced_file
from paybench.progress import say

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def run_notebook(
    notebook: Path, out: Path, parameters: Mapping[str, str | float] | None = None, cell_timeout: int = 900
) -> Path:
    """Run one notebook in its own folder, and write ``out/NAME.ipynb`` and ``out/NAME.html``, each whole or not at all.

    Only names that the notebook declares are passed: a name reaches the kernel as code.

    Raises
    ------
    PaybenchError
        If it declares no such parameter, or a cell fails, or not all cells were completed.
    """
    if not notebook.is_file():
        raise PaybenchError(f"There is no notebook at {notebook}; those there are lie in {NOTEBOOKS}.")
    given = dict(parameters or {})
    declared = list(papermill.inspect_notebook(str(notebook)))
    for name in given:
        if name not in declared:
            raise PaybenchError(
                f"{notebook.name} declares no parameter '{name}'; it has {', '.join(declared) or 'none'}."
            )
    target = out / notebook.name
    with replaced_file(target) as new:
        try:
            done = papermill.execute_notebook(
                str(notebook),
                str(new),
                given,
                kernel_name="python3",
                cwd=str(notebook.parent),
                progress_bar=False,
                execution_timeout=cell_timeout,
                extra_arguments=["--IPKernelApp.log_level=ERROR"],
            )
        except PapermillExecutionError as error:
            raise PaybenchError(
                f"{notebook.name} failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
            ) from None
        if not completed(done):
            raise PaybenchError(f"{notebook.name} was stopped before its last cell; run it again.")
    with replaced_file(target.with_suffix(".html")) as new:
        new.write_text(html(done, notebook.stem), encoding="utf-8")
    return target


def completed(notebook: nbformat.NotebookNode) -> bool:
    """Whether a run came to its end without an exception, every cell of it: that the file is there says nothing."""
    run = notebook.metadata.get("papermill", {})
    cells = [cell.metadata.get("papermill", {}) for cell in notebook.cells]
    return bool(run.get("end_time")) and not run.get("exception") and all(c.get("status") == "completed" for c in cells)


def html(notebook: nbformat.NotebookNode, title: str) -> str:
    """One page that loads nothing from anywhere."""
    away = ("mathjax_url", "require_js_url", "mermaid_js_url", "mermaid_layout_elk_js_url")
    exporter = HTMLExporter(embed_images=True, **dict.fromkeys(away, ""))
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return str(page)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run notebooks as they stand; write executed copies and HTML pages.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="all of notebooks/ by default")
    parser.add_argument("--out", type=Path, default=Path("build/notebooks"), metavar="DIR", help="(build/notebooks)")
    options = parser.parse_args(arguments)
    quiet()
    try:
        settings = read_settings()
        for notebook in options.notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
            say(f"running {notebook.name}", True)
            run_notebook(notebook, options.out, cell_timeout=settings.cell_timeout)
    except PaybenchError as error:
        print(f"run_notebooks: {error}", file=sys.stderr)
        return 1
    print(options.out)
    return 0


def quiet() -> None:
    """Errors only from the machinery below: what went wrong in a notebook is said in one sentence."""
    for name in ("papermill", "traitlets", "nbclient", "nbconvert"):
        logging.getLogger(name).setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
