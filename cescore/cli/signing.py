"""Commands by which official reports are signed, and sent to respondents: sign, deliver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import OFFICIAL, app, begin, console
from cescore.cli.options import BY_LOCALE, HERE, Language, Root, of_terminal
from cescore.cli.wrong_use import WrongUse

REFUSED, LEFT_OUT = 2, 1


@app.command(rich_help_panel=OFFICIAL)
def sign(
    what: Annotated[
        list[str], typer.Argument(help="An edition such as 2025/3-final, or PDF files.")
    ],
    settings: Annotated[
        Path | None, typer.Option("--with", help="How to sign; else params/signing.yml.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Of files: the folder that signed copies go to.")
    ] = None,
    root: Root = HERE,
    lang: Language = BY_LOCALE,
) -> None:
    """Sign an edition's PDFs into a folder beside it, or single files, with one key: all or none."""
    begin(of_terminal(lang))
    from cescore.publish.words import label
    from cescore.release.pades import open_signer
    from cescore.release.signing_editions import SigningOfEdition, sign_files
    from cescore.release.signing_settings import SIGNING_FILE, read_signing
    from cescore.run.telling.runs import say

    spoken = of_terminal(lang)
    is_files = any(Path(one).is_file() or one.lower().endswith(".pdf") for one in what)
    if not is_files and len(what) > 1:
        raise WrongUse("edition_or_files", "WHAT")
    if is_files and out is None:
        raise WrongUse("out_for_files", "--out")
    path = root / "params" / SIGNING_FILE if settings is None else settings
    signer = open_signer(read_signing(path))
    if is_files and out is not None:
        for place in sign_files(map(Path, what), signer, out):
            say(console, label("sign.files", spoken, file=place))
        return
    made = SigningOfEdition(root.resolve(), what[0], signer).take()
    if made.entry is None:
        say(console, label("sign.refused", spoken, n=len(made.against)))
        for reason in made.against:
            say(console, f"  {reason.said(spoken)}")
        raise typer.Exit(REFUSED)
    entry, folder = made.entry, f"release/{made.entry.edition}.signed"
    values = {"edition": entry.edition, "n": made.count, "who": entry.signed.who, "folder": folder}
    say(console, label("sign.done", spoken, **values))
    say(console, label("release.anchor", spoken))
    say(console, entry.anchor)


@app.command(rich_help_panel=OFFICIAL)
def deliver(
    edition: Annotated[str, typer.Argument(help="A signed edition such as 2025/3-final.")],
    to: Annotated[
        Path, typer.Option("--to", help="Folder of certificates, each named by its entity's id.")
    ],
    out: Annotated[Path, typer.Option(help="An empty or new folder for the packages.")],
    root: Root = HERE,
    lang: Language = BY_LOCALE,
) -> None:
    """Make a package per respondent, encrypted to its certificate; exit status 1 if any is left out."""
    begin(of_terminal(lang))
    from cescore.publish.words import label
    from cescore.release.delivery import Delivery
    from cescore.run.telling.runs import say

    spoken = of_terminal(lang)
    made = Delivery(root.resolve(), edition, to, out.resolve()).take()
    if made.against:
        say(console, label("deliver.refused", spoken))
        for one in made.against:
            say(console, f"  {one.said(spoken)}")
        raise typer.Exit(REFUSED)
    say(console, label("deliver.done", spoken, n=made.count, folder=out))
    for one in made.notes:
        say(console, one.said(spoken))
    if made.left_out:
        say(console, label("deliver.failed", spoken, n=len(made.left_out)))
        for one in made.left_out:
            say(console, f"  {one.said(spoken)}")
        raise typer.Exit(LEFT_OUT)
