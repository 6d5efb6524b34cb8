"""The ledger's arithmetic and texts: known answers, what must be refused, and that what is written is read back."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel import ledger
from comity.kernel.ledger import COSIGNATURE, ED25519, EMPTY_ROOT, Checkpoint, Frontier, Key, Leaf, Note, Signature
from comity.kernel.words import Fault

ORIGIN = "ledger.example/office"

# The eight entries and the roots over the first 1 to 8 of them that implementations of RFC 6962 share.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Tree:
    """A tree with all its full nodes, built by pushing leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = [ledger.leaf_hash(leaf) for leaf in leaves]
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.heads = [Checkpoint(ORIGIN, 0, Frontier().root)]
        frontier = Frontier()
        for index, leaf in enumerate(self.leaves):
            frontier, made = frontier.push(leaf)
            self.nodes |= {(level, index >> level): node for level, node in enumerate(made)}
            self.heads.append(Checkpoint(ORIGIN, frontier.size, frontier.root))

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        return ledger.hashes(ledger.inclusion_spans(index, size), self.node)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        return ledger.hashes(ledger.consistency_spans(old, size), self.node)


def numbered(count: int) -> Tree:
    return Tree([str(number).encode() for number in range(count)])


GROWN = numbered(70)


def test_roots_are_those_of_rfc_6962() -> None:
    """The roots over the shared eight entries are the published ones; the empty tree's is the hash of nothing."""
    assert [head.root.hex() for head in Tree(ENTRIES).heads] == [hashlib.sha256(b"").hexdigest(), *ROOTS]


def test_a_leaf_is_never_an_inner_node() -> None:
    """The octets of two children, taken as an entry, do not hash to their parent."""
    left, right = ledger.leaf_hash(b"a"), ledger.leaf_hash(b"b")
    assert ledger.leaf_hash(left + right) != ledger.node_hash(left, right)


def test_every_inclusion_proof_holds_for_its_entry_only() -> None:
    """At every size, the proof of each entry shows that entry there, and at no other index."""
    for head in GROWN.heads[1:35]:
        for index in range(head.size):
            proof = GROWN.inclusion(index, head.size)
            shown = [at for at in range(head.size) if head.includes(GROWN.leaves[index], at, proof)]
            assert shown == [index]


def test_every_consistency_proof_holds() -> None:
    """Between any two sizes the proof shows that the larger tree extends the smaller."""
    for new in GROWN.heads:
        for old in GROWN.heads[: new.size + 1]:
            assert new.extends(old, GROWN.consistency(old.size, new.size))


@given(st.integers(1, 70), st.data())
def test_inclusion_fails_when_anything_is_changed(size: int, data: st.DataObject) -> None:
    """A bit of the leaf, the root or any part of the proof, or one part more or less, and the proof is refused."""
    index = data.draw(st.integers(0, size - 1))
    head, leaf, proof = GROWN.heads[size], GROWN.leaves[index], GROWN.inclusion(index, size)
    bit = data.draw(st.integers(0, 255))
    assert head.includes(leaf, index, proof)
    assert not head.includes(flipped(leaf, bit), index, proof)
    assert not replace(head, root=flipped(head.root, bit)).includes(leaf, index, proof)
    assert not head.includes(leaf, index, (*proof, leaf))
    for at in range(len(proof)):
        assert not head.includes(leaf, index, (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]))
        assert not head.includes(leaf, index, (*proof[:at], *proof[at + 1 :]))


@given(st.integers(1, 70), st.data())
def test_consistency_fails_when_anything_is_changed(size: int, data: st.DataObject) -> None:
    """A changed root on either side, a changed, missing or further part of the proof: refused."""
    old, new = GROWN.heads[data.draw(st.integers(1, size))], GROWN.heads[size]
    proof = GROWN.consistency(old.size, new.size)
    bit = data.draw(st.integers(0, 255))
    assert new.extends(old, proof)
    assert not new.extends(replace(old, root=flipped(old.root, bit)), proof)
    assert not replace(new, root=flipped(new.root, bit)).extends(old, proof)
    assert not new.extends(old, (*proof, old.root))
    for at in range(len(proof)):
        assert not new.extends(old, (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]))
        assert not new.extends(old, (*proof[:at], *proof[at + 1 :]))


def flipped(octets: bytes, bit: int) -> bytes:
    return (int.from_bytes(octets, "big") ^ 1 << bit).to_bytes(len(octets), "big")


def test_an_index_outside_the_tree_is_not_included() -> None:
    """Neither before the first nor after the last entry, nor in the empty tree."""
    head, leaf = GROWN.heads[1], GROWN.leaves[0]
    assert head.includes(leaf, 0, ())
    assert not head.includes(leaf, 1, ())
    assert not head.includes(leaf, -1, ())
    assert not GROWN.heads[0].includes(leaf, 0, ())


def test_parts_of_a_proof_have_32_octets() -> None:
    """Moving an octet from one sibling to the other hashes alike and is refused all the same."""
    head, proof = GROWN.heads[3], GROWN.inclusion(0, 3)
    assert not head.includes(GROWN.leaves[0] + proof[0][:1], 0, (proof[0][1:], proof[1]))
    assert not GROWN.heads[4].extends(GROWN.heads[3], (b"", *GROWN.consistency(3, 4)[1:]))


def test_the_empty_log_comes_before_every_other() -> None:
    """Any tree extends the empty one, with the empty proof and the one root an empty tree has."""
    assert GROWN.heads[5].extends(GROWN.heads[0], ())
    assert not GROWN.heads[5].extends(replace(GROWN.heads[0], root=bytes(32)), ())


def test_a_log_extends_neither_a_larger_one_nor_another() -> None:
    """A head of fewer entries, or of another origin, extends nothing."""
    small, large = GROWN.heads[3], GROWN.heads[5]
    proof = GROWN.consistency(3, 5)
    assert not small.extends(large, proof)
    assert not replace(large, origin="other.example").extends(small, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_proof_is_made_for_what_is_not_there(index: int, size: int) -> None:
    """To ask for one is a mistake of the program."""
    with pytest.raises(AssertionError):
        ledger.inclusion_spans(index, size)


def test_no_consistency_backwards() -> None:
    """To ask whether a smaller tree extends a larger one is a mistake of the program."""
    with pytest.raises(AssertionError):
        ledger.consistency_spans(4, 3)


# -- leaves ------------------------------------------------------------------------------------------------------------

AT = datetime(2013, 12, 4, 15, 30, tzinfo=UTC)
SALT = bytes(range(32))
LEAF = Leaf("issued", ledger.commitment(SALT, b"M-1"), AT, AT + timedelta(days=1), ledger.commitment(SALT, b"payload"))


def test_a_leaf_is_canonical_json() -> None:
    """Keys sorted, no spaces, moments in UTC: anybody can write the same octets."""
    bound, matter = hashlib.sha256(SALT + b"payload").hexdigest(), hashlib.sha256(SALT + b"M-1").hexdigest()
    assert LEAF.data.decode() == (
        f'{{"commitment":"sha256:{bound}","format":"comity/leaf/v1","happened":"2013-12-04T15:30:00Z",'
        f'"kind":"issued","known":"2013-12-05T15:30:00Z","matter":"sha256:{matter}"}}'
    )


def test_a_leaf_says_the_same_in_every_zone() -> None:
    """The same moment told in New York makes the same leaf."""
    new_york = timezone(-timedelta(hours=5))
    assert replace(LEAF, happened=AT.astimezone(new_york)).data == LEAF.data


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.datetimes(timezones=st.just(UTC)),
    st.binary(),
)
def test_a_leaf_is_read_back(kind: str, at: datetime, payload: bytes) -> None:
    """Whatever the kind, the moment and the payload."""
    leaf = replace(LEAF, kind=kind, happened=at, commitment=ledger.commitment(SALT, payload))
    assert ledger.read_leaf(leaf.data) == leaf


TEXT = LEAF.data.decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"[" * 60_000,
        TEXT.encode("utf-16"),
        TEXT.replace(",", ", ").encode(),
        TEXT.replace('"issued"', "7").encode(),
        TEXT.replace('"issued"', '"\\ud800"').encode(),
        TEXT.replace("v1", "v2").encode(),
        TEXT.replace('"kind"', '"kinds"').encode(),
        TEXT.replace("}", ',"more":1}').encode(),
        TEXT.replace("15:30:00Z", "15:30:00").encode(),
        TEXT.replace("15:30:00Z", "15:30:00+00:00").encode(),
        TEXT.replace('"2013-12-04T15:30:00Z"', "null").encode(),
        TEXT.replace("2013-12-04T15:30:00Z", "0001-01-01T00:00:00+01:00").encode(),
        replace(LEAF, kind="x" * 65_535).data,
    ],
)
def test_other_octets_are_no_leaf(data: bytes) -> None:
    """Other spellings, other fields, other types, too long, too deep: all a fault, none an exception."""
    found = ledger.read_leaf(data)
    assert isinstance(found, Fault)
    assert found.name == "leaf-unreadable"


@given(st.binary(max_size=300))
def test_reading_octets_as_a_leaf_never_fails(data: bytes) -> None:
    """Chance octets are a fault."""
    assert isinstance(ledger.read_leaf(data), Fault)


def test_a_commitment_needs_a_salt_of_32_octets() -> None:
    """A shorter salt could be guessed, one of any length could be moved into the payload."""
    assert ledger.commitment(SALT, b"a") != ledger.commitment(SALT, b"b")
    with pytest.raises(AssertionError):
        ledger.commitment(SALT[1:], b"a")


# -- checkpoints, notes, keys ------------------------------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\n"), min_size=1, max_size=30)


@given(LINES, st.integers(0, ledger.SIZE_LIMIT), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=3))
def test_a_checkpoint_is_read_back(origin: str, size: int, root: bytes, more: list[str]) -> None:
    """Whatever its origin, size, root and extension lines."""
    head = Checkpoint(origin, size, root, tuple(more))
    assert ledger.read_checkpoint(head.text) == head


def test_a_checkpoint_is_three_lines() -> None:
    """Origin, size and root, as in the example of C2SP tlog-checkpoint."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert ledger.read_checkpoint(text) == Checkpoint("example.com/behind-the-sofa", 20852163, root)


ROOT64 = base64.b64encode(EMPTY_ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n0\n{ROOT64}",
        f"\n0\n{ROOT64}\n",
        f"{ORIGIN}\n00\n{ROOT64}\n",
        f"{ORIGIN}\n-1\n{ROOT64}\n",
        f"{ORIGIN}\n٣\n{ROOT64}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT64}\n",
        f"{ORIGIN}\n0\n{ROOT64[:-4]}\n",
        f"{ORIGIN}\n0\n{ROOT64[:-1]}\n",
        f"{ORIGIN}\n0\n{ROOT64[:-2]}V=\n",
        f"{ORIGIN}\n0\n {ROOT64}\n",
        f"{ORIGIN}\n0\né{ROOT64}\n",
        f"{ORIGIN}\n0\n{ROOT64}\n\nmore\n",
    ],
)
def test_other_texts_are_no_checkpoint(text: str) -> None:
    """Missing lines, leading zeroes, other digits, sizes beyond 63 bits, roots in other spellings, empty extensions."""
    found = ledger.read_checkpoint(text)
    assert isinstance(found, Fault)
    assert found.name == "checkpoint-unreadable"


LOG = Key(ORIGIN, ED25519, bytes(32))
WITNESS = Key("witness.example/w1", COSIGNATURE, bytes(range(32)))


def seal(key: Key, secret: bytes, text: str, time: int = 0) -> Signature:
    return key.sign(text, lambda message: hashlib.sha512(secret + message).digest(), time)


def checks(secret: bytes) -> ledger.Verify:
    return lambda public, message, signature: signature == hashlib.sha512(secret + message).digest()


HEAD = GROWN.heads[7]
NOTE = Note(HEAD.text, (seal(LOG, b"s", HEAD.text), seal(WITNESS, b"s", HEAD.text, 1_700_000_000)))


def test_a_key_is_named_as_c2sp_names_it() -> None:
    """The id is the start of SHA-256(name, newline, type, key); the text form is that of the format's own authors."""
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    key = Key("PeterNeumann", public[0], public[1:])
    assert str(key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert Key("PeterNeumann", COSIGNATURE, public[1:]).id != key.id


def test_a_note_is_read_back() -> None:
    """Text, empty line, one line a signature."""
    assert ledger.read_note(str(NOTE)) == NOTE
    assert str(NOTE).splitlines()[3] == ""
    assert all(line.startswith("— ") for line in str(NOTE).splitlines()[4:])


def test_a_witness_signs_a_time_over_the_text() -> None:
    """The message of cosignature/v1, and the time in eight octets before the signature."""
    line = NOTE.signatures[1]
    assert line.octets[:8] == (1_700_000_000).to_bytes(8, "big")
    expected = f"cosignature/v1\ntime 1700000000\n{HEAD.text}".encode()
    assert line.octets[8:] == hashlib.sha512(b"s" + expected).digest()


@pytest.mark.parametrize("keys", [(LOG,), (WITNESS,), (LOG, WITNESS)])
def test_a_note_is_believed_under_the_keys_that_signed_it(keys: tuple[Key, ...]) -> None:
    """One key that signed is enough; lines of other keys are passed over."""
    assert ledger.believed(str(NOTE), keys, checks(b"s")) == HEAD


@pytest.mark.parametrize("key", [LOG, WITNESS])
def test_a_wrong_signature_of_a_known_key_spoils_the_note(key: Key) -> None:
    """Even beside a right one."""
    wrong = Note(HEAD.text, (*NOTE.signatures, seal(key, b"other", HEAD.text)))
    assert name(ledger.believed(str(wrong), [LOG, WITNESS], checks(b"s"))) == "signature-wrong"


def test_the_time_of_a_witness_is_signed_and_has_63_bits() -> None:
    """Another time makes the signature wrong, and one beyond 63 bits is wrong by itself."""
    line = NOTE.signatures[1]
    later = replace(line, octets=(1_700_000_001).to_bytes(8, "big") + line.octets[8:])
    beyond = seal(WITNESS, b"s", HEAD.text, 2**63)
    for changed in (later, beyond):
        assert not WITNESS.signed(HEAD.text, changed, checks(b"s"))
    assert WITNESS.signed(HEAD.text, line, checks(b"s"))


def test_a_note_that_no_known_key_signed_is_not_believed() -> None:
    """A key of the same name but other octets is another key."""
    other = replace(LOG, public=bytes(31) + b"\1")
    assert name(ledger.believed(str(NOTE), [other], checks(b"s"))) == "signature-unknown"
    assert name(ledger.believed(str(NOTE), [], checks(b"s"))) == "signature-unknown"


def test_a_signed_text_may_still_be_no_checkpoint() -> None:
    """The signature holds, the text is not understood: a fault, not a checkpoint."""
    note = Note("hello\n", (seal(LOG, b"s", "hello\n"),))
    assert name(ledger.believed(str(note), [LOG], checks(b"s"))) == "checkpoint-unreadable"


def test_text_may_hold_empty_lines() -> None:
    """The last empty line is the one that parts text and signatures."""
    note = Note("a\n\nb\n", (seal(LOG, b"s", "a\n\nb\n"),))
    assert ledger.read_note(str(note)) == note


LINE = str(NOTE.signatures[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD.text,
        f"\n\n{LINE}",
        HEAD.text + LINE,
        str(NOTE)[:-1],
        f"{HEAD.text}\n",
        f"{HEAD.text}\nhello\n",
        f"{HEAD.text}\n{LINE}hello\n",
        f"{HEAD.text}\n{LINE.replace('— ', '- ')}",
        f"{HEAD.text}\n{LINE.replace(ORIGIN, 'two words')}",
        f"{HEAD.text}\n{LINE.replace(ORIGIN, 'a+b')}",
        f"{HEAD.text}\n— {ORIGIN} AAAA\n",
        f"{HEAD.text}\n— {ORIGIN} AAAAA===\n",
        f"{HEAD.text}\n— {ORIGIN} ====\n",
        f"{HEAD.text}\r\n{LINE}",
        f"\ud800\n\n{LINE}",
        f"{HEAD.text}\n{LINE * 65}",
        "x" * 65_536 + f"\n\n{LINE}",
    ],
)
def test_other_texts_are_no_note(text: str) -> None:
    """No text, no signature, no last newline, foreign lines, control characters, more than the limits."""
    assert name(ledger.believed(text, [LOG], checks(b"s"))) == "note-unreadable"


@given(st.text(max_size=200))
def test_reading_a_text_as_a_note_never_fails(text: str) -> None:
    """Whatever comes is a note that writes itself again as it came, or a fault."""
    found = ledger.read_note(text + "\n\n" + LINE)
    assert isinstance(found, Fault) or str(found) == text + "\n\n" + LINE


def name(found: Checkpoint | Fault) -> str:
    assert isinstance(found, Fault)
    return found.name
