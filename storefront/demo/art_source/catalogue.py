"""Which packs there are and what is printed on them.

The figures are those of the demo catalogue. No test result and no batch number is printed on
any picture: results belong to a batch, and batches change.
"""

from dataclasses import dataclass

from storefront.demo.art_source.canvas import WAYS, Way


@dataclass(frozen=True)
class Pack:
    """One pack: its shape, its colourway and its print."""

    slug: str
    shape: str
    way: Way
    number: str
    code: str
    name: tuple[str, str]
    content: str
    net: str
    lasts: str

    @property
    def title(self) -> str:
        """What the picture shows, in words."""
        return f"{' '.join(self.name)}, {self.content}, {self.net}, in Helder packaging"


NMN = ("Nicotinamide", "mononucleotide")
THREONATE = ("Magnesium", "L-threonate")
CREATINE = ("Creatine", "monohydrate")
BETAINE = ("Betaine,", "trimethylglycine")

PACKS = (
    Pack("nmn-capsules", "bottle", WAYS["nmn"], "04", "NMN", NMN, "60 capsules", "20.8 g", "30 days"),
    Pack("nmn-powder", "jar", WAYS["nmn"], "03", "NMN", NMN, "powder", "50 g", "100 days"),
    Pack("mgt-capsules", "bottle", WAYS["mg"], "13", "Mg·T", THREONATE, "90 capsules", "70.2 g", "30 days"),
    Pack("mgt-powder", "jar", WAYS["mg"], "12", "Mg·T", THREONATE, "powder", "100 g", "50 days"),
    Pack(
        "mgb-capsules", "bottle", WAYS["mgb"], "14", "Mg·B", ("Magnesium", "bisglycinate"),
        "120 capsules", "114 g", "60 days",
    ),
    Pack("creatine-tub", "tub", WAYS["cr"], "21", "Cr", CREATINE, "powder", "500 g", "147 days"),
    Pack("creatine-pouch", "pouch", WAYS["cr"], "22", "Cr", CREATINE, "powder", "250 g", "73 days"),
    Pack("tmg-capsules", "bottle", WAYS["tmg"], "31", "TMG", BETAINE, "120 capsules", "104.4 g", "60 days"),
    Pack("tmg-pouch", "pouch", WAYS["tmg"], "32", "TMG", BETAINE, "powder", "200 g", "133 days"),
    Pack(
        "nr-capsules", "bottle", WAYS["nr"], "05", "NR", ("Nicotinamide", "riboside chloride"),
        "60 capsules", "24.6 g", "60 days",
    ),
)  # fmt: skip
BY_SLUG = {pack.slug: pack for pack in PACKS}
