"""What to do about a refused step: a sentence for each kind of reason, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cescore.publish.words import has_label, label
from cescore.release.editions import SIGN_OFF
from cescore.release.register import OFFICIAL

if TYPE_CHECKING:
    from cescore.release.refusals import ReleaseProposal
    from cescore.release.remarks import ReleaseRemark

ALIKE: Mapping[str, str] = {
    "register_line": "register", "register_chain": "register", "sample_run": "sample",
    "synthetic": "sample",
}  # fmt: skip
OF_THE_FORM = (
    "needs_sign_off",
    "other_manifest",
    "unanswered",
)  # nothing to say without an edition


def advice(against: Iterable[ReleaseRemark], proposal: ReleaseProposal) -> tuple[str, ...]:
    """What to do next, in the order of the reasons that stand against a step."""
    values = {
        "due": _due(proposal),
        "form": _form(proposal),
        "manifest": "" if proposal.subject is None else proposal.subject.manifest,
        "until": "" if proposal.subject is None else proposal.subject.embargo,
    }
    keys = dict.fromkeys(_keys(against, proposal))
    return tuple(label(key, proposal.lang, **values) for key in keys if has_label(key))


def _keys(against: Iterable[ReleaseRemark], proposal: ReleaseProposal) -> Iterator[str]:
    for one in against:
        code = ALIKE.get(one.code, one.code)
        if code in OF_THE_FORM and proposal.subject is None:
            continue
        if code in OF_THE_FORM and proposal.step == "withdrawn":
            code = "needs_withdrawal"  # official editions have no form
        elif code in OF_THE_FORM and not _form(proposal):
            continue  # a step from an official edition begins with a draft, whose form is still to come
        yield f"release.next.{code}"


def _due(proposal: ReleaseProposal) -> str:
    """The step that the newest edition is ready for."""
    newest = "" if proposal.last is None else proposal.last.step
    if newest == "draft":
        return "reviewed"
    if newest == "reviewed":
        return "corrected" if proposal.official else "final"
    return "draft"


def _form(proposal: ReleaseProposal) -> str:
    """The sign-off to fill in, which lies beside the edition that it is for."""
    subject = proposal.subject
    is_open = subject is not None and subject.step not in OFFICIAL
    if subject is None or not is_open:
        return ""
    return str(proposal.register.folder / f"{subject.edition}.{SIGN_OFF}")
