"""The layouts that only held-out papers have, so that the score is for unseen layouts."""

from server.demo.sample_papers.facts import Facts
from server.demo.sample_papers.layouts import Layout
from server.demo.sample_papers.page import Gold, Page


def bracketed(page: Page, facts: Facts, length: int) -> None:
    """Numbers in brackets, the affiliations before the authors' mail addresses."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=64)
    names = [f"{name} [{facts.home_of(i) + 1}]" for i, name in enumerate(facts.names())]
    page.paragraph(" / ".join(names))
    for index, address in enumerate(facts.addresses):
        page.paragraph(f"[{index + 1}] ", Gold(address.line()), width=64)
    page.paragraph("{" + ", ".join(facts.mail(i) for i in range(2)) + "}")
    page.paragraph("Résumé / Abstract. " + facts.abstract(length), width=84)
    page.paragraph(facts.distractor(), width=84)


def dashed(page: Page, facts: Facts, length: int) -> None:
    """Name, dash and affiliation, one author on each line."""
    page.paragraph(facts.title())
    for index in range(min(3, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        page.paragraph(f"{facts.author(index)} — ", Gold(address.line()))
    page.paragraph(facts.head())
    page.paragraph("What this paper adds: " + facts.abstract(length), width=78)
    page.paragraph("Conflicts of interest: none. " + facts.distractor(), width=78)


def closing_information(page: Page, facts: Facts, length: int) -> None:
    """Affiliations at the end, each after an author's initials."""
    page.paragraph(facts.head())
    page.paragraph(facts.title())
    page.paragraph(" · ".join(facts.names()))
    page.paragraph(facts.abstract(length), width=68)
    page.paragraph(facts.distractor(), width=68)
    page.paragraph("Author information")
    for index, address in enumerate(facts.addresses):
        given, surname = facts.authors[index % len(facts.authors)]
        page.paragraph(f"({given[0]}.{surname[0]}.) ", Gold(address.line()), width=68)


def authors_addresses(page: Page, facts: Facts, length: int) -> None:
    """A paragraph with the authors' addresses near the end, as in ACM journals."""
    page.paragraph(facts.title().upper())
    page.paragraph(" and ".join(facts.names()).upper())
    page.paragraph(facts.abstract(length), width=92)
    page.paragraph(f"Categories and Subject Descriptors: {facts.keywords()}")
    parts: list[str] = ["Authors' addresses: "]
    for index in range(min(3, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        parts += [f"{facts.author(index)}: ", Gold(address.line()), "; "]
    page.paragraph(*parts[:-1], f". E-mail: {facts.mail(0)}", width=92)
    page.paragraph(f"{facts.head()} {facts.distractor()}", width=92)


def blocks_marked_by_number_signs(page: Page, facts: Facts, length: int) -> None:
    """Markers of number signs, affiliations on several lines, e-mail addresses between them."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=48)
    names = [f"{name}{'#' * (facts.home_of(i) + 1)}" for i, name in enumerate(facts.names())]
    page.paragraph(" & ".join(names))
    for index, address in enumerate(facts.addresses):
        page.paragraph("#" * (index + 1), Gold(address.line("\n")))
        page.paragraph(f"✉ {facts.mail(index % len(facts.authors))}")
    page.paragraph(facts.abstract(length), width=70)
    page.paragraph(facts.distractor())


HELD_OUT_LAYOUTS: tuple[Layout, ...] = (
    bracketed,
    dashed,
    closing_information,
    authors_addresses,
    blocks_marked_by_number_signs,
)
