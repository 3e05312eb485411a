"""Commands by which official reports are signed, and sent to respondents: sign, deliver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.application import app, console
from cescore.cli.options import CHINESE, HERE, Language, Root

REFUSED, LEFT_OUT = 2, 1


@app.command()
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
    lang: Language = CHINESE,
) -> None:
    """Sign an edition's PDFs into a folder beside it, or single files, with one key: all or none."""
    from cescore.publish.words import label
    from cescore.release.pades import open_signer
    from cescore.release.signing_editions import SigningOfEdition, sign_files
    from cescore.release.signing_settings import SIGNING_FILE, read_signing
    from cescore.run.telling import say

    is_files = any(Path(one).is_file() or one.lower().endswith(".pdf") for one in what)
    if not is_files and len(what) > 1:
        raise typer.BadParameter("one edition, or PDF files", param_hint="WHAT")
    if is_files and out is None:
        raise typer.BadParameter("a folder for the signed copies", param_hint="--out")
    path = root / "params" / SIGNING_FILE if settings is None else settings
    signer = open_signer(read_signing(path))
    if is_files and out is not None:
        for place in sign_files(map(Path, what), signer, out):
            say(console, label("sign.files", lang, file=place))
        return
    made = SigningOfEdition(root.resolve(), what[0], signer).take()
    if made.entry is None:
        say(console, label("sign.refused", lang, n=len(made.against)))
        for reason in made.against:
            say(console, f"  {reason.said(lang)}")
        raise typer.Exit(REFUSED)
    entry, folder = made.entry, f"release/{made.entry.edition}.signed"
    values = {"edition": entry.edition, "n": made.count, "who": entry.signed.who, "folder": folder}
    say(console, label("sign.done", lang, **values))
    say(console, label("release.anchor", lang))
    say(console, entry.anchor)


@app.command()
def deliver(
    edition: Annotated[str, typer.Argument(help="A signed edition such as 2025/3-final.")],
    to: Annotated[
        Path, typer.Option("--to", help="Folder of certificates, each named by its entity's id.")
    ],
    out: Annotated[Path, typer.Option(help="An empty or new folder for the packages.")],
    root: Root = HERE,
    lang: Language = CHINESE,
) -> None:
    """Make a package per respondent, encrypted to its certificate; exit status 1 if any is left out."""
    from cescore.publish.words import label
    from cescore.release.delivery import Delivery
    from cescore.run.telling import say

    made = Delivery(root.resolve(), edition, to, out.resolve()).take()
    if made.against:
        say(console, label("deliver.refused", lang))
        for one in made.against:
            say(console, f"  {one.said(lang)}")
        raise typer.Exit(REFUSED)
    say(console, label("deliver.done", lang, n=made.count, folder=out))
    for one in made.notes:
        say(console, one.said(lang))
    if made.left_out:
        say(console, label("deliver.failed", lang, n=len(made.left_out)))
        for one in made.left_out:
            say(console, f"  {one.said(lang)}")
        raise typer.Exit(LEFT_OUT)
