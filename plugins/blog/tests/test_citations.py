"""What marketers paste is cleaned and understood without the network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.blog.citations import Identifiers, clean, doi_in, identify, without_tracking

JAD = "10.3233/JAD-150538"
NEURON = "10.1016/j.neuron.2009.12.026"


@pytest.mark.parametrize(
    ("pasted", "doi", "pmid", "pmcid"),
    [
        (JAD, JAD, "", ""),
        (f"doi:{JAD}.", JAD, "", ""),
        (f"DOI: {JAD}", JAD, "", ""),
        (f"https://doi.org/{NEURON}", NEURON, "", ""),
        (f"http://dx.doi.org/{NEURON}),", NEURON, "", ""),
        (f"\ufeff{NEURON}\u200b", NEURON, "", ""),
        (
            "https://www.frontiersin.org/journals/nutrition/articles/10.3389/fnut.2025.1729164/full",
            *("10.3389/fnut.2025.1729164", "", ""),
        ),
        (
            "https://link.springer.com/article/10.1007/s11357-022-00705-1?utm_source=mail",
            *("10.1007/s11357-022-00705-1", "", ""),
        ),
        ("https://www.science.org/doi/full/10.1126/science.abe9985", "10.1126/science.abe9985", "", ""),
        (
            "https://onlinelibrary.wiley.com/doi/pdf/10.2903/j.efsa.2024.8656",
            "10.2903/j.efsa.2024.8656",
            "",
            "",
        ),
        ("10.1016/S0140-6736(05)67889-2", "10.1016/S0140-6736(05)67889-2", "", ""),
        ("https://pubmed.ncbi.nlm.nih.gov/26519439/", "", "26519439", ""),
        ("https://pubmed.ncbi.nlm.nih.gov/26519439\u00a0", "", "26519439", ""),
        ("https://www.ncbi.nlm.nih.gov/pubmed/26519439", "", "26519439", ""),
        ("PMID: 26519439", "", "26519439", ""),
        ("26519439\u00a0", "", "26519439", ""),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC12832366/", "", "", "PMC12832366"),
        (f"Liu G et al. 2016. doi: {JAD}; PMID: 26519439.", JAD, "26519439", ""),
        ("10.1234", "", "", ""),
        ("a sentence about nothing", "", "", ""),
        ("http://[10.1000/182", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_identifiers_are_found_in_every_kind_of_paste(pasted: str, doi: str, pmid: str, pmcid: str) -> None:
    assert identify(pasted) == Identifiers(doi, pmid, pmcid)
    assert bool(identify(pasted)) is bool(doi or pmid or pmcid)


@given(st.text())
def test_any_text_can_be_pasted(text: str) -> None:
    found = identify(text)
    assert found.doi == "" or doi_in(found.doi) == found.doi
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://e.org/a?utm_source=x&page=2&fbclid=y#part", "https://e.org/a?page=2#part"),
        ("https://e.org/a?utm_source=x", "https://e.org/a"),
        ("https://e.org/a?q=x&gclid=1&page=2", "https://e.org/a?q=x&page=2"),
        ("https://e.org/a?gclid=1#part", "https://e.org/a#part"),
        ("https://e.org/a?q=utm_source", "https://e.org/a?q=utm_source"),
        ("https://e.org/a", "https://e.org/a"),
    ],
)
def test_tracking_parameters_are_taken_out_of_addresses(address: str, kept: str) -> None:
    assert without_tracking(address) == kept
