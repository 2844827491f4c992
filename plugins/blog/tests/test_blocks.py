"""Which block is which after an edit, and what a comparison shows."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.blog.blocks import Piece, aligned, blocks_of, body_blocks, paired, sign
from plugins.blog.comparing import compared, words
from plugins.blog.drafts import TextDraft

BODY = """> Key words first.

## One

A *first* paragraph
on two lines.

- a point
- another

![drawing](media:{hash}.jpg#800x600)

### Deeper

| a | b |
|---|---|
| 1 | 2 |

:::product mgt-c | because
:::order-now mgt-c | Order
1. counted

[away]: https://example.org/
""".replace("{hash}", "a" * 64)
sentences = st.lists(st.text("abcd ", min_size=1, max_size=12).map(str.strip).filter(bool), max_size=9)


def paragraphs(*texts: str) -> list[Piece]:
    return body_blocks("\n\n".join(texts))


def test_a_text_falls_into_its_blocks() -> None:
    found = blocks_of(TextDraft(title="T", lead="L", image_alt="A", body=BODY))
    kinds = "title lead alt quote h2 p list picture h3 table embed embed list p"
    assert [piece.kind for piece in found] == kinds.split()
    assert found[5].source == "A *first* paragraph\non two lines."
    assert found[-1].source == "[away]: https://example.org/"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "acb", {0: 0, 1: 2, 2: 1}),  # moved
        ("abc", "abxc", {0: 0, 1: 1, 3: 2}),  # inserted
        ("abc", "ac", {0: 0, 1: 2}),  # removed
        ("aac", "aaac", {1: 0, 2: 1, 3: 2}),  # one more of the same
    ],
)
def test_blocks_that_stay_are_found_again(old: str, new: str, expected: dict[int, int]) -> None:
    assert aligned(paragraphs(*old), paragraphs(*new)) == expected


def test_edited_split_and_merged_blocks_are_the_likest_ones() -> None:
    long = "one two three four five six"
    assert aligned(paragraphs("x", long, "y"), paragraphs("x", "one two three four five seven", "y"))[1] == 1
    assert aligned(paragraphs(long), paragraphs("one two three four", "five six")) == {0: 0}
    assert aligned(paragraphs("one two three four", "five six"), paragraphs(long)) == {0: 0}
    assert aligned(paragraphs("quite other words"), paragraphs(long)) == {0: 0}
    assert aligned(body_blocks("## a"), body_blocks("b c")) == {}
    assert aligned(paragraphs("a", long, "b"), paragraphs("b", "a", f"{long} seven"))[2] == 1


def test_a_translation_is_paired_by_kind_and_by_its_products() -> None:
    dutch = "## Kop\n\nEen.\n\n:::product a\n\n- punt\n\n:::product b | daarom\n\nTwee."
    english = "## Head\n\nOne.\n\n:::product b | why\n\nTwo.\n\nMore."
    signs = [[sign(piece) for piece in body_blocks(text)] for text in (dutch, english)]
    assert paired(*signs) == {0: 0, 1: 1, 2: 4, 3: 5}


@given(sentences, sentences)
def test_an_alignment_is_one_to_one_and_finds_all_equal_blocks(old: list[str], new: list[str]) -> None:
    before, after = paragraphs(*old), paragraphs(*new)
    found = aligned(before, after)
    assert len(set(found.values())) == len(found)
    equal = sum(before[a] == after[b] for b, a in found.items())
    assert equal == sum(min(before.count(piece), after.count(piece)) for piece in set(before))


@given(sentences, sentences)
def test_a_comparison_holds_both_texts_whole(old: list[str], new: list[str]) -> None:
    rows = compared("\n\n".join(old), "\n\n".join(new))
    for dropped, texts in (("del", new), ("ins", old)):
        left = ["".join(p.text for p in row.parts if p.op != dropped).strip() for row in rows]
        assert sorted(" ".join(text.split()) for text in left if text) == sorted(
            " ".join(piece.source.split()) for piece in paragraphs(*texts)
        )


def test_a_comparison_says_what_became_of_each_block() -> None:
    rows = compared("a\n\n## b\n\nc d e\n\nf", "f\n\na\n\nc x e\n\nnew words")
    assert [(row.kind, "".join(part.text for part in row.parts)) for row in rows] == [
        ("moved", "f"),
        ("same", "a"),
        ("removed", "## b"),
        ("changed", "c d x e"),
        ("added", "new words"),
    ]
    assert [tuple(part) for part in words("c d e", "c x e")] == [
        ("", "c "),
        ("del", "d "),
        ("ins", "x "),
        ("", "e"),
    ]


def edits(seed: int) -> tuple[list[str], list[str], int]:
    """A text of paragraphs, the same with some of them edited, and how many."""
    luck = random.Random(seed)
    text = [f"{n} " + " ".join(luck.choices("abcdefgh", k=luck.randint(1, 9))) for n in range(12)]
    chosen = luck.sample(range(12), luck.randint(0, 12))
    changed = [f"{one} new" if n in chosen and luck.random() else one for n, one in enumerate(text)]
    for n in chosen:
        if luck.randint(0, 1):
            changed[n] = f"{n} quite other words {luck.random()}"
    return text, changed, len(chosen)


@pytest.mark.parametrize("runs", [60, pytest.param(2_000, marks=pytest.mark.full)])
def test_k_edited_paragraphs_are_k_changed_blocks(runs: int) -> None:
    for seed in range(runs):
        old, new, count = edits(seed)
        before, after = paragraphs(*old), paragraphs(*new)
        found = aligned(before, after)
        assert len(found) == len(after) == 12, seed
        assert sum(before[a] != after[b] for b, a in found.items()) == count, seed
