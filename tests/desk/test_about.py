"""The notice to the user and the custodian's certificate as letters: edited like any other, each with its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from tests.desk.test_jobs import copied
from tests.desk.test_letter import AT, NORA, WARRANT, office  # noqa: F401
from tests.desk.test_sealing import AT as SEALED
from tests.desk.test_sealing import KEY, made  # noqa: F401
from tests.web.office import MATTER

from comity.desk import letter
from comity.desk.letter import NothingToSay, Stale, Unfinished, Wish
from comity.desk.matter import enter, load, record
from comity.desk.notice import NotDue, notices
from comity.desk.office import Office
from comity.desk.release import send
from comity.kernel.matter import Event
from comity.letters.drafts.edit import Draft, NotWords, lines
from comity.letters.notice import NoticeForbidden
from comity.registry.blobs import Blobs

END = AT + timedelta(days=30)
AFTER = END + timedelta(days=1)


def gagged(office: Office) -> None:  # noqa: F811
    order = Event("", "gagged", AT, AT, "the court forbade telling the user", "order 2", "court", until=END)
    record(office, WARRANT, [order])


def free(office: Office) -> None:  # noqa: F811
    """It is known that there is no secrecy order."""
    record(office, WARRANT, [Event("", "gag-lifted", AT, AT, "no secrecy order", "call", "clerk")])


def drafted(office: Office, at: object = AT) -> Draft:  # noqa: F811
    return letter.begin(office, letter.make(office, WARRANT, "notice", at), "clerk")  # type: ignore[arg-type]


def said(draft: Draft) -> str:
    return "\n".join(line.text for line in lines(draft))


def test_a_notice_is_finished_when_it_is_due_and_then_the_user_was_told(office: Office) -> None:  # noqa: F811
    """Made, edited, kept as octets; and the clock of notice reads it as given. In doubt it waits."""
    doubtful = drafted(office)
    with pytest.raises(NoticeForbidden, match="withheld by law"):
        letter.finish(office, letter.look(office, WARRANT, doubtful.id, AT), "clerk", AT)
    free(office)
    draft = drafted(office)
    assert draft.letter.about == NORA and "26 MAG 1" in said(draft) and "nothing so far" in said(draft)
    opening = lines(draft)[0]
    draft = letter.save(office, draft, {opening.made.key: ("We write to you about a demand.", ())}, "counsel", AT)
    kept = letter.look(office, WARRANT, draft.id, AT)
    assert kept.changed == () and kept.barred is None
    event = letter.finish(office, kept, "clerk", AT)
    assert event.get("letter") == "notice-2" and "to the user of nora@lough.example" in event.says
    sent = letter.look(office, WARRANT, draft.id, AT)
    for form in ("html", "pdf"):
        raw = letter.paper(office, sent, form)
        assert f"sha256:{sha256(raw).hexdigest()}" == event.get(form)
    assert b"We write to you about a demand." in letter.paper(office, sent, "html")
    [one] = notices(office, load(office, WARRANT), AT)
    assert one.state == "given"
    [told] = load(office, WARRANT).of("notified")
    assert (told.get("account"), told.get("letter"), told.by) == (NORA, "notice-2", "clerk")


def test_while_telling_is_forbidden_a_notice_is_drafted_and_neither_finished_nor_drawn(
    office: Office,  # noqa: F811
) -> None:
    """Not even by who says that they have read what changed; once the order has ended, it is given as drafted."""
    gagged(office)
    draft = drafted(office)
    assert "We were not allowed to tell you earlier: from 2026-09-02 until 2026-10-02" in said(draft)
    kept = letter.look(office, WARRANT, draft.id, AT)
    assert isinstance(kept.barred, NoticeForbidden) and "the court forbade" in kept.barred.message
    for form in ("html", "pdf"):
        with pytest.raises(NoticeForbidden):
            letter.paper(office, kept, form)
        with pytest.raises(NoticeForbidden):
            letter.sketched(office, draft, form, AT)
    with pytest.raises(NoticeForbidden):
        letter.finish(office, kept, "clerk", AT, kept.told)
    assert not load(office, WARRANT).of("letter", "notified")
    later = letter.look(office, WARRANT, draft.id, AFTER)
    assert later.barred is None and later.changed == ()
    assert b"nora@lough.example" in letter.paper(office, later, "html")
    letter.finish(office, later, "clerk", AFTER)
    assert notices(office, load(office, WARRANT), AFTER)[0].state == "given"


def test_a_gag_that_comes_after_a_notice_was_drafted_holds_it(office: Office) -> None:  # noqa: F811
    free(office)
    draft = drafted(office)
    read = letter.look(office, WARRANT, draft.id, AT)
    gagged(office)
    with pytest.raises(NoticeForbidden):
        letter.finish(office, read, "clerk", AT)
    assert "Recorded since" in " ".join(letter.look(office, WARRANT, draft.id, AT).changed)


def test_nobody_is_told_twice_and_a_stranger_not_at_all(office: Office) -> None:  # noqa: F811
    free(office)
    first, second = drafted(office), drafted(office)
    letter.finish(office, letter.look(office, WARRANT, first.id, AT), "clerk", AT)
    again = letter.look(office, WARRANT, second.id, AT)
    with pytest.raises(NotDue, match="told on"):
        letter.finish(office, again, "clerk", AT, again.told)
    with pytest.raises(NothingToSay, match="its accounts are nora"):
        letter.make(office, WARRANT, "notice", AT, Wish(about="dana@lough.example"))


def test_nothing_is_certified_before_it_left(office: Office) -> None:  # noqa: F811
    with pytest.raises(NothingToSay, match="nothing has been produced"):
        letter.make(office, WARRANT, "certificate", AT)
    assert "nothing has been produced" in letter.possible(office, WARRANT, AT)["certificate"]


@pytest.fixture
def produced(made: Office, tmp_path: Path) -> Iterator[Office]:  # noqa: F811
    """An office in which a production has left."""
    it = copied(made, tmp_path / "office")
    send(it, MATTER, "clerk", SEALED, (KEY,), tmp_path / "first.zip")
    yield it
    it.close()


def certified(it: Office) -> Draft:
    return letter.begin(it, letter.make(it, MATTER, "certificate", SEALED), "clerk")


def test_a_certificate_says_exactly_what_left(produced: Office) -> None:
    """Its figures and the manifest's digest are those of the entry; no text of law that no pack has."""
    draft = certified(produced)
    [event] = load(produced, MATTER).of("produced")
    text = said(draft)
    assert draft.letter.about == "first.zip" == event.get("file")
    assert event.get("manifest") in text and "36 messages" in text
    assert not any(word in text for word in ("Fed. R.", "U.S.C.", "902", "perjury"))
    counts = [line.text for line in lines(draft) if line.made.key.startswith("figure:counts")]
    assert counts and all("36 in" in one for one in counts)
    assert {line.made.by for line in lines(draft) if line.unfilled} == {"counsel"}


def test_its_words_are_edited_and_its_figures_are_not(produced: Office) -> None:
    draft = certified(produced)
    for line in lines(draft):
        if line.made.fixed:
            for text in ("", line.text.replace("6", "7") + "!"):
                with pytest.raises(NotWords):
                    letter.save(produced, draft, {line.made.key: (text, ())}, "clerk", SEALED)
    given = {"position": ("I keep the records of the mail service.", ()), "form": ("Under our rule.", ())}
    same = {line.made.key: (line.text, ()) for line in lines(draft) if line.made.fixed}
    draft = letter.save(produced, draft, {**given, **same}, "clerk", SEALED)
    kept = letter.look(produced, MATTER, draft.id, SEALED)
    event = letter.finish(produced, kept, "clerk", SEALED)
    raw = letter.paper(produced, letter.look(produced, MATTER, draft.id, SEALED), "pdf")
    words = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(raw)).pages).split())
    assert "I keep the records of the mail service." in words and "custodian of records, Meridian" in words
    assert load(produced, MATTER).of("produced")[0].get("manifest") in words.replace(" ", "")
    assert event.kind == "letter" and not load(produced, MATTER).of("notified")


def test_a_certificate_is_stale_when_something_happened_and_waits_for_its_field(produced: Office) -> None:
    draft = certified(produced)
    with pytest.raises(Unfinished, match="no pack says so"):
        letter.finish(produced, letter.look(produced, MATTER, draft.id, SEALED), "clerk", SEALED)
    draft = letter.save(produced, draft, {"form": ("Under our rule.", ())}, "counsel", SEALED)
    brief = Event("", "filing", SEALED, SEALED, "a brief", "docket", "clerk")
    enter(produced, MATTER, brief)
    with pytest.raises(Stale, match="a brief"):
        letter.finish(produced, letter.look(produced, MATTER, draft.id, SEALED), "clerk", SEALED)


def test_what_left_before_manifests_were_kept_is_not_certified(produced: Office) -> None:
    [event] = load(produced, MATTER).of("produced")
    assert b"".join(Blobs(produced.root / "blobs").read(event.get("manifest")))
    name = event.get("manifest").removeprefix("sha256:")
    next(path for path in (produced.root / "blobs").rglob("*") if name in path.name).unlink()
    with pytest.raises(NothingToSay, match="was not kept when it left"):
        letter.make(produced, MATTER, "certificate", SEALED)
