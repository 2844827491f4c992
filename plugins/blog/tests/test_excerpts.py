"""Shortened texts: SE-05, SE-24 and SE-25."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.blog.excerpts import description, first_words, folded, minutes

WORDS = st.text(alphabet=st.sampled_from(list("abé’-–&;.,")), min_size=1, max_size=8)


@given(st.lists(WORDS, max_size=60))
def test_se_24_a_cut_is_a_prefix_that_ends_at_a_word(words: list[str]) -> None:
    text = " ".join(words)
    cut = first_words(text)
    if len(words) <= 30:
        assert cut == text
        return
    kept = cut.removesuffix("…")
    assert cut.endswith("…")
    assert text.startswith(kept)
    assert text[len(kept) :].lstrip(",;:.–—-")[:1] == " "


def test_se_25_thirty_words_stay_and_thirty_one_are_cut_to_thirty() -> None:
    thirty = " ".join(f"word{n}" for n in range(30))
    assert first_words(thirty) == thirty
    assert first_words(f"{thirty} more") == f"{thirty}…"
    assert first_words(f"{thirty}: more") == f"{thirty}…"


def test_se_25_a_hyphenated_word_counts_as_one() -> None:
    text = " ".join(["double-blind"] * 30)
    assert first_words(text) == text


def test_se_25_an_entity_is_text_like_any_other() -> None:
    text = " ".join(["salt&amp;pepper"] * 31)
    assert first_words(text).endswith("salt&amp;pepper…")


@given(st.text(max_size=400))
def test_se_05_a_description_is_short_and_begins_as_the_text(text: str) -> None:
    made = description(text)
    assert len(made) <= 155
    assert " ".join(text.split()).startswith(made.removesuffix("…"))


def test_se_05_a_description_is_whole_sentences_when_they_fit() -> None:
    first, second = (
        "Rats learned better. In people there are three trials.",
        " Nobody knows more than that." * 8,
    )
    assert description(first + second).startswith(first)
    assert description(first + second)[-1] == "."
    assert description("word " * 60).endswith("word…")


def test_reading_time_is_at_least_a_minute() -> None:
    assert [minutes(words) for words in (0, 1, 200, 201, 612)] == [1, 1, 1, 2, 4]


def test_se_27_apostrophes_accents_and_hyphens_fold_away() -> None:
    assert folded("Alzheimer’s") == folded("Alzheimers") == folded("ALZHEIMER'S") == "alzheimers"
    assert folded("Betaïne, L‑threonaat") == "betaine l threonaat"
