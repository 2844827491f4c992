"""Reference values, words and addresses."""

from hypothesis import given
from hypothesis import strategies as st

from storefront.catalog.rules import nrv_percent, slug_of
from storefront.catalog.search import fold, words


def test_the_share_of_the_reference_value_is_rounded_half_up() -> None:
    assert nrv_percent({"amount": "144", "nrv": "375"}) == 38
    assert nrv_percent({"amount": "200", "nrv": "375"}) == 53
    assert nrv_percent({"amount": "1.25", "nrv": "100"}) == 1
    assert nrv_percent({"amount": "0.5", "nrv": "100"}) == 1
    assert nrv_percent({"amount": "500", "nrv": None}) is None


def test_fold() -> None:
    assert fold("Alzheimer’s & L‑threonaat: Één!") == "alzheimers l threonaat een"
    assert fold("𝐀") == "a"
    assert words("Een een  EEN twee") == ["een", "twee"]
    assert slug_of("Betaïne (TMG), capsules") == "betaine-tmg-capsules"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
