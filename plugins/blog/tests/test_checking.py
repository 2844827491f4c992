"""The checker of sources, offline: the eight vectors, each rule, and that nothing else is called wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.blog import judging
from plugins.blog.checking import Verdict, Work, check, read

R1 = Work(
    key="slutsky2010",
    doi="10.1016/j.neuron.2009.12.026",
    pmid="20152124",
    author="Slutsky",
    title="Enhancement of learning and memory by elevating brain magnesium",
    journals=("Neuron",),
    year=2010,
    month=1,
)
R2 = Work(
    key="liu2016",
    doi="10.3233/JAD-150538",
    pmid="26519439",
    author="Liu",
    journals=("Journal of Alzheimer’s Disease", "J Alzheimers Dis"),
    year=2016,
)
R3 = Work(
    key="lopresti2026",
    doi="10.3389/fnut.2025.1729164",
    pmcid="PMC12832366",
    author="Lopresti",
    journals=("Frontiers in Nutrition", "Front Nutr"),
    year=2026,
    month=1,
)
R11 = Work(
    key="xu2024",
    doi="10.3389/fnut.2024.1424972",
    pmid="39070254",
    author="Xu",
    journals=("Frontiers in Nutrition", "Front Nutr"),
    year=2024,
    month=7,
    updates=("erratum",),
)
LIBRARY = (R1, R2, R3, R11)
FRONTIERS = "https://www.frontiersin.org/journals/nutrition/articles/10.3389/fnut.2025.1729164/full"
WRONG = "10.1016/j.neuron.2010.12.026"


def pasted(text: str) -> Verdict:
    return check(read(text, LIBRARY), LIBRARY)


def rules(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.level, problem.suggested) for problem in verdict.problems]


@pytest.mark.parametrize(
    ("text", "state", "key", "problems"),
    [
        (
            f"Slutsky 2010 Neuron https://doi.org/{WRONG}",
            "mismatch",
            "slutsky2010",
            [("library", "error", R1.doi)],
        ),
        ("https://pubmed.ncbi.nlm.nih.gov/26519439\u00a0", "verified", "liu2016", []),
        (f"{FRONTIERS} 2025", "verified", "lopresti2026", [("differs", "notice", "2026")]),
        (f"{R1.doi} PMID 20152114", "mismatch", "slutsky2010", [("cross", "error", "20152124")]),
        (f"doi:{R11.doi}", "corrected", "xu2024", []),
        (
            "Slutsky 2010 Neuron 10.1016/j.neuron.2010.01.001",
            "mismatch",
            "slutsky2010",
            [("library", "error", R1.doi)],
        ),
        ("doi:10.3233/JAD-150538.", "verified", "liu2016", []),
        ("10.1234", "unchecked", "", [("syntax", "error", "")]),
    ],
)
def test_the_eight_vectors(text: str, state: str, key: str, problems: list[tuple[str, str, str]]) -> None:
    verdict = pasted(text)
    assert (verdict.state, verdict.key, rules(verdict)) == (state, key, problems)


def test_se_09_the_wrong_doi_of_the_reference_page_is_caught_with_the_right_one() -> None:
    for month in (0, 1):
        verdict = check(replace(R1, key="", pmid="", doi=WRONG, month=month), LIBRARY)
        assert (verdict.state, verdict.suggested) == ("mismatch", R1.doi)
        assert ("plausible" in [problem.rule for problem in verdict.problems]) is bool(month)


@pytest.mark.parametrize(
    ("doi", "year", "month", "level"),
    [
        ("10.1016/j.neuron.2010.12.026", 2010, 1, "error"),
        ("10.1016/j.neuron.2010.12.026", 2010, 0, None),
        ("10.1016/j.neuron.2009.12.026", 2010, 1, None),
        ("10.1016/j.neuron.2008.01.026", 2010, 1, None),
        ("10.1016/j.neuron.2007.12.026", 2010, 1, "notice"),
        ("10.1016/j.neuron.2011.01.026", 2010, 12, "error"),
        ("10.3389/fnut.2025.1729164", 2026, 1, "notice"),
        ("10.3389/fnut.2025.1729164", 2025, 0, None),
        ("10.3389/fnut.2025.1729164", 2024, 0, "error"),
        ("10.3389/fnut.2025.1729164", 2027, 0, "error"),
        ("10.1016/s0140-6736(05)67889-2", 2001, 1, None),
    ],
)
def test_dates_inside_a_doi(doi: str, year: int, month: int, level: str | None) -> None:
    verdict = check(Work(doi=doi, year=year, month=month), ())
    assert [problem.level for problem in verdict.problems] == ([level] if level else [])


def test_a_journal_code_of_another_journal() -> None:
    other = Work(doi="10.1016/j.neuron.2012.01.001", author="Zhuo", journals=("Food Chemistry",), year=2012)
    verdict = check(other, LIBRARY)
    assert (verdict.state, rules(verdict)) == ("mismatch", [("journal", "error", "Neuron")])
    assert check(replace(other, journals=("NEURON.",)), LIBRARY).state == "unchecked"


def test_numbers_of_two_works_contradict_each_other() -> None:
    verdict = check(Work(doi=R1.doi, pmid=R2.pmid), LIBRARY)
    assert verdict.state == "mismatch"
    assert {(problem.field, problem.suggested) for problem in verdict.problems} == {
        ("pmid", R1.pmid),
        ("doi", R2.doi),
    }


def test_a_known_number_with_somebody_elses_name() -> None:
    verdict = pasted(f"Smith 2012 Neuron {R1.doi}")
    assert {problem.field for problem in verdict.errors} == {"authors", "year"}
    assert pasted(f"Slutsky 2009 Neuron {R1.doi}").state == "verified"


def test_retracted_is_worse_than_a_mismatch_and_a_mismatch_than_corrected() -> None:
    assert check(replace(R1, updates=("retraction", "erratum")), LIBRARY).state == "retracted"
    assert check(replace(R1, key="", doi=WRONG, updates=("erratum",)), LIBRARY).state == "mismatch"
    assert check(replace(R1, updates=("concern",)), LIBRARY).state == "corrected"
    assert check(R1, LIBRARY).state == "unchecked"


def test_two_works_of_one_author_and_year_in_one_journal_are_two_works() -> None:
    other = replace(R1, key="", pmid="", doi="10.1016/j.neuron.2010.01.009", title="Something else entirely")
    assert check(other, LIBRARY).problems == ()
    short = replace(other, title="Enhancement of learning and memory")
    assert check(short, LIBRARY).suggested == R1.doi
    both = (R1, replace(other, key="slutsky2010b"))
    untitled = replace(other, doi="10.1016/j.neuron.2010.01.001", title="")
    assert check(untitled, both).problems == ()


@pytest.mark.usefixtures("demo_app")
def test_nothing_in_the_demo_library_is_called_wrong() -> None:
    works = judging.works()
    assert len(works) > 15
    assert [work.key for work in works if check(work, works).errors] == []


@given(st.text())
def test_noise_finds_no_work(noise: str) -> None:
    verdict = pasted(noise)
    assert verdict.state in ("unchecked", "verified")
    assert verdict.state == "unchecked" or any(char.isdigit() for char in noise)


@given(st.text(alphabet=" \u00a0\u200b\ufeff.,;)", max_size=8), st.sampled_from(LIBRARY))
def test_signs_around_a_doi_change_nothing(noise: str, work: Work) -> None:
    assert pasted(f"{work.doi}{noise}").key == work.key
