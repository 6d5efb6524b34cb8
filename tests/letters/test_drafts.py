"""Letters made of every posed case of the packs: whatever they say of the law stands there, and can be looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.desk.letter import NothingToSay, written
from comity.kernel.decision import Judge
from comity.kernel.demand import CATEGORIES, Demand, Scope
from comity.kernel.gate import Ruled
from comity.kernel.reason import Shelf
from comity.lawpack import Example, Packs, default_folder, read_folder, reading_for
from comity.letters.drafts.answer import OURS, missing, refusable
from comity.letters.drafts.contest import moved
from comity.letters.drafts.edit import Draft, Stood, changes, id_of, lines, removed, saved, tidy, unfilled
from comity.letters.drafts.model import ABOUT, KINDS, Class, File, Letter, Paragraph
from comity.letters.drafts.paper import html, pdf, sheet

NAME = "a-store/of-ours"
FIXED = re.compile(
    r"The forum is .+ Who is addressed is for counsel to settle\.|(Its time: .+|The pack sets no time limit for it\.) "
    r"It (suspends|does not suspend) the duty to produce\. It is given for \S+\.( Whether it holds is not known: .+)?|"
    r"None of the texts that could lift it does so here\.|Whether it stands here is not known: .+|"
    r"Nobody has read the text behind these citations for its pack\.|"
    r"The answer decides whether the demand can rest on the text cited here\."
)
"""What a legal sentence may say besides a text of the packs."""


@pytest.fixture(scope="module")
def packs() -> Packs:
    return read_folder(default_folder())


def file_of(example: Example, packs: Packs, shelf: Shelf) -> File:
    """A posed case as if it were a matter of an office."""
    facts, law = example.facts, packs.law
    reading = reading_for(example, law)
    decision = Judge(reading, None if example.assume else shelf).decide(facts)
    category = str(facts.get("record.category"))
    scope = Scope(("someone@provider.example",), frozenset({category}) & CATEGORIES or frozenset({"content"}))
    served = datetime.combine(example.served_on or example.on, time(12), UTC)
    place, instrument, issuer = (str(facts.get(f"demand.{key}") or "") for key in ("place", "instrument", "issuer"))
    demand = Demand("M-1", place, instrument, issuer, example.court, "us", served, scope, "post", reference="ref. 1")
    asked = [id for ground in decision.objections for id in ground.rule.precedents]
    read = [reading.questions[id] for id in asked] if decision.verdict in ("conflict", "open") else []
    rows = tuple(
        (one.question, answer, answer in one.binding) for one in read for answer in one.binding + one.persuasive
    )
    where = facts.get("record.store_place")
    own = Class(NAME, category, str(where or ""), scope.accounts, Ruled(NAME, category, decision), precedents=rows)
    heads = {str(p.instrument["id"]): (str(p.instrument["cite"]), False) for p in packs.packs if p.instrument}
    court = law.courts[example.court].name
    return File(
        "M-1", demand, instrument, court, court, "Provider Corp.", "Provider", "legal@provider.example", reading,
        (own,), packs.words.terms, packs.places, heads,
    )  # fmt: skip


def letters(file: File) -> Iterator[Letter]:
    """Every letter that can be made of it."""
    for kind in KINDS:
        try:
            yield written(file, kind)
        except NothingToSay:
            continue


@pytest.fixture(scope="module")
def made(packs: Packs) -> list[tuple[Example, File, list[Letter]]]:
    """Every example with all its letters, as it is posed and as it would be before anybody has asked."""
    shelf: Shelf = {}
    found = []
    for pack in packs.packs:
        for example in pack.examples:
            for posed in (example, silent(example)):
                file = file_of(posed, packs, shelf)
                found.append((posed, file, list(letters(file))))
    return found


def silent(example: Example) -> Example:
    """The same case before anybody has asked: the paper says what kind of demand it is, and nothing else."""
    told = {
        term: value
        for term, value in example.facts.items()
        if not term.startswith(("demand.", "subject.")) or term in ("demand.place", "demand.instrument")
    }
    return replace(example, facts=told)


Made = list[tuple[Example, File, list[Letter]]]


def laws(letter: Letter) -> Iterator[Paragraph]:
    return (one for one in letter.paragraphs if one.kind == "law")


def test_every_verdict_and_every_letter_is_among_them(made: Made) -> None:
    verdicts = Counter((file.classes[0].decision.verdict, letter.kind) for _, file, of in made for letter in of)
    assert {verdict for verdict, _ in verdicts} == {"compelled", "conflict", "barred", "free", "open"}
    counted = Counter(letter.kind for _, _, of in made for letter in of)
    assert counted["memo"] == len(made) > 1400
    assert min(counted[kind] for kind in set(KINDS) - ABOUT) > 80, counted
    assert {verdict for verdict, kind in verdicts if kind == "refusal"} == {"barred", "free"}
    assert {verdict for verdict, kind in verdicts if kind == "clarification"} == {"open"}


def test_every_legal_sentence_has_a_citation_and_every_citation_is_in_the_packs(made: Made, packs: Packs) -> None:
    """The text shown is the pack's own, and so is whether anybody has read it."""
    law = packs.law
    answers, questions = ({one.id: one for one in rows} for rows in (law.answers, law.questions))
    rules = {rule.id: rule for rule in law.rules}
    seen = 0
    for _, file, of in made:
        supposed = {a.id: a for q in file.reading.questions.values() for a in (*q.binding, *q.persuasive)}
        for one in (one for letter in of for one in laws(letter)):
            assert one.cites, one
            for cite in one.cites:
                seen += 1
                if cite.kind == "rule":
                    rule = rules.get(cite.id) or file.rules[cite.id]
                    assert (cite.text, cite.quote) == (rule.cite, rule.quote)
                    assert cite.unread is rule.reviewed.startswith("unverified")
                elif cite.kind == "answer":
                    answer = answers.get(cite.id) or supposed[cite.id]
                    assert cite.text == answer.cite and cite.unread is answer.reviewed.startswith("unverified")
                else:
                    assert cite.text == file.heads[questions[cite.id].instrument][0]
    assert seen > 15_000


def test_nothing_is_said_of_the_law_that_no_cited_text_says(made: Made, packs: Packs) -> None:
    questions = {question.id: question.asks for question in packs.law.questions}
    for _, file, of in made:
        rules = {rule.id: rule.reads for rule in file.reading.rules}
        answers = {a.id: a.reads for q in file.reading.questions.values() for a in (*q.binding, *q.persuasive)}
        texts = {"rule": rules, "question": questions, "answer": answers}
        for one in (one for letter in of for one in laws(letter)):
            own = [texts[cite.kind][cite.id] for cite in one.cites]
            assert any(text in one.text for text in own) or FIXED.fullmatch(one.text), one


def test_no_sentence_of_fact_speaks_law(made: Made) -> None:
    """No reading of a rule, no question and no citation stands in a paragraph that cites nothing."""
    for _, file, of in made:
        texts = {reason.rule.reads for _, reason in file.reasons()} | {reason.rule.cite for _, reason in file.reasons()}
        texts |= {q.question.asks for q in file.reading.questions.values()}
        plain = "\n".join(one.text for letter in of for one in letter.paragraphs if one.kind != "law")
        assert [text for text in texts if len(text) > 24 and text in plain] == []


def test_a_paragraph_is_found_again_by_its_key(made: Made) -> None:
    for _, file, of in made:
        for letter in of:
            keys = [one.key for one in letter.paragraphs]
            assert len(keys) == len(set(keys)), (letter.kind, [key for key, n in Counter(keys).items() if n > 1])
        assert [one.paragraphs for one in letters(file)] == [one.paragraphs for one in of]


def test_a_memo_holds_the_whole_decision(made: Made) -> None:
    for _, file, of in made:
        decision, memo = file.classes[0].decision, of[0]
        cited = {cite.id for one in memo.paragraphs for cite in one.cites}
        assert {reason.rule.id for reason in file.classes[0].reasons} <= cited
        assert decision.verdict in {one.word for one in memo.paragraphs}
        for point in decision.open_points:
            said = next(one.text for one in memo.paragraphs if one.key == f"{NAME}:open:{point.term}")
            assert all(outcome in said for _, outcome in point.outcomes)
        if decision.unverified:
            assert any(cite.unread for one in memo.paragraphs for cite in one.cites)


def leaving(letter: Letter) -> str:
    """What leaves of a letter."""
    return "\n".join(one.text for one in letter.paragraphs if not one.inside)


def test_an_authority_is_told_nothing_but_what_it_asks_and_may_know(made: Made) -> None:
    """No verdict, no name of a store, no objection, no foreign bar, and no word on whether an account exists."""
    asked = 0
    for _, file, of in made:
        for letter in (one for one in of if one.kind == "clarification"):
            text, decision = leaving(letter), file.classes[0].decision
            terms = [point.term for point in decision.open_points]
            theirs = {t for t in terms if t.startswith(("demand.", "subject.")) and t not in OURS}
            assert theirs == {point.term for _, point in missing(file)}
            assert {one.key for one in letter.paragraphs if one.key.startswith("ask:")} == {f"ask:{t}" for t in theirs}
            asked += len(theirs)
            quiet = [NAME, "compelled", "conflict", "barred", "verdict"]
            quiet += [
                r.rule.reads for r in (*decision.objections, *decision.bars, *decision.duties, *decision.channels)
            ]
            assert [word for word in quiet if word in text] == []
            for one in (one for one in laws(letter) if not one.inside):
                own = {power.rule.id: power.rule.place for power in decision.powers}
                assert {own[cite.id] for cite in one.cites} <= {file.demand.place, "EU", "XX"}
    assert asked > 50


def test_a_refusal_names_the_bars_and_the_channels_and_no_objection(made: Made) -> None:
    bars = channels = 0
    for _, file, of in made:
        for letter in (one for one in of if one.kind == "refusal"):
            decision, text = file.classes[0].decision, leaving(letter)
            cited = {cite.id for one in laws(letter) if not one.inside for cite in one.cites}
            standing = {bar.rule.id for bar in decision.bars if bar.truth}
            ways = {way.rule.id for way in decision.channels if way.truth}
            assert standing | ways <= cited
            assert not cited & {reason.rule.id for reason in decision.objections + decision.duties}
            assert NAME not in text and refusable(file)
            bars, channels = bars + len(standing), channels + len(ways)
    assert bars > 50 < channels


def test_an_objection_states_its_time_and_leaves_the_prayer_to_counsel(made: Made) -> None:
    for _, file, of in made:
        for letter in (one for one in of if one.kind in ("objection", "motion")):
            own = {r.rule.id for r in file.classes[0].decision.objections if moved(r) is (letter.kind == "motion")}
            cited = {
                c.id for one in laws(letter) if one.key.startswith("ground:") for c in one.cites if c.kind == "rule"
            }
            assert own == cited
            fields = [one for one in letter.paragraphs if one.kind == "field"]
            assert {"argued", "prayed"} <= {one.key for one in fields} and {one.by for one in fields} == {"counsel"}
            for id in own:
                said = next(one for one in letter.paragraphs if one.key == f"ground:{id}:office")
                assert said.inside and ("It suspends" in said.text) is file.rules[id].suspends


AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def draft(made: Made) -> Draft:
    """The motion of a conflict."""
    letter = next(one for _, f, of in made for one in of if one.kind == "motion" and f.classes[0].precedents)
    return Draft("motion-1", "M-1", letter, Stood((), ()), "clerk", AT)


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_change_shows_all_of_both_texts(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(text for what, text in found if what != "new") == before
    assert "".join(text for what, text in found if what != "gone") == after
    assert (before == after) == all(what == "same" for what, _ in found)


@given(st.data())
def test_what_is_edited_is_somebodys_and_what_is_taken_out_is_listed(draft: Draft, data: st.DataObject) -> None:
    """Whatever is saved: no citation is gone without being listed, and an untouched sentence stays the packs'."""
    one = data.draw(st.sampled_from([p for p in draft.letter.paragraphs if p.kind == "law"]))
    text = data.draw(st.one_of(st.just(one.text), st.text(max_size=40)))
    dropped = tuple(data.draw(st.sets(st.sampled_from([id_of(cite) for cite in one.cites]))))
    done = saved(draft, {one.key: (text, dropped)}, "counsel", AT)
    line = next(line for line in lines(done) if line.made is one)
    touched = tidy(text) != one.text or bool(dropped)
    assert (line.edited_by == "counsel") is touched and not (line.verified and touched)
    gone = set(one.cites) if not tidy(text) else {cite for cite in one.cites if id_of(cite) in dropped}
    assert {cite for _, cite in removed(done)} == gone and set(line.cites) == set(one.cites) - gone
    assert [other for other in lines(done) if other.made is not one] == [o for o in lines(draft) if o.made is not one]
    back = saved(done, {one.key: (one.text, ())}, "clerk", AT)
    assert back.edits == draft.edits and back.version == draft.version + 2


def test_an_edit_is_its_authors_until_another_changes_it_again(draft: Draft) -> None:
    one = next(p for p in draft.letter.paragraphs if p.kind == "law")
    first = saved(draft, {one.key: ("Mine.", ())}, "counsel", AT)
    same = saved(first, {one.key: ("Mine.\r\n", ())}, "clerk", AT)
    assert same.edits == first.edits
    assert saved(first, {one.key: ("Ours.", ())}, "clerk", AT).edits[0].by == "clerk"


def filled(draft: Draft) -> Draft:
    return saved(draft, {one.key: (f"Filled: {one.key}.", ()) for one in unfilled(draft)}, "counsel", AT)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def test_what_is_for_the_office_and_what_was_struck_does_not_leave(draft: Draft) -> None:
    one = next(p for p in draft.letter.paragraphs if p.kind == "law" and not p.inside)
    done = saved(filled(draft), {one.key: ("", ())}, "counsel", AT)
    page, plain = words(html(done)), words(html(done, final=True))
    inside = [p.text for p in draft.letter.paragraphs if p.inside]
    assert inside and all(text in page for text in inside) and not any(text in plain for text in inside)
    assert one.text in page and one.text not in plain and f"taken out by counsel; it stood behind: {one.text}" in page
    assert "struck out by counsel" in page and "to be filled in" not in plain
    assert "It has not been sent." in page and "sent" not in sheet(done, final=True)["state"]


def test_an_edited_legal_sentence_says_whose_it_is_wherever_it_is_shown(draft: Draft) -> None:
    one = next(p for p in draft.letter.paragraphs if p.kind == "law" and not p.inside)
    done = saved(filled(draft), {one.key: ("The law says so, <b>we</b> say.", ())}, "counsel", AT)
    for final in (False, True):
        page = html(done, final)
        assert "edited by counsel" in page and "&lt;b&gt;we&lt;/b&gt;" in page.replace("</ins>", "").replace(
            "<ins>", ""
        )
    assert "edited by" not in html(filled(draft), final=True)


def test_law_that_nobody_has_read_says_so_on_every_paper(made: Made) -> None:
    letter = next(one for _, _, of in made for one in of if any(c.unread for p in laws(one) for c in p.cites))
    done = Draft("memo-1", "M-1", letter, Stood((), ()), "clerk", AT)
    assert "unverified" in html(done) and "unverified" in words(html(done, final=True))


def test_a_letter_is_the_same_octets_again_and_shows_what_is_no_text(draft: Draft) -> None:
    pytest.importorskip("typst")
    odd = replace(draft, letter=replace(draft.letter, title="#strong[Motion] $x$ \ud800 <b>"))
    raw = pdf(odd)
    assert raw.startswith(b"%PDF") and raw == pdf(odd)


def test_a_letter_has_numbered_pages_and_the_texts_it_cites(draft: Draft, tmp_path) -> None:
    pytest.importorskip("typst")
    from pypdf import PdfReader

    path = tmp_path / "motion.pdf"
    path.write_bytes(pdf(filled(draft), final=True))
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert "Texts cited" in "".join(pages) and "For the office" not in "".join(pages)
