"""The layouts of sample papers that are trained on; `held_out_layouts` has those that are not."""

from collections.abc import Callable

from server.demo.sample_papers.facts import Facts
from server.demo.sample_papers.page import Gold, Page

Layout = Callable[[Page, Facts, int], None]
"""Writes one paper on a page; the number is that of the sentences in its abstract."""

SUPERSCRIPTS = "¹²³⁴⁵"
SYMBOLS = "*†‡§¶"


def numbered_lines(page: Page, facts: Facts, length: int) -> None:
    """Numbers after the names, one numbered line for each affiliation."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=60)
    names = [f"{name} {facts.home_of(i) + 1}" for i, name in enumerate(facts.names())]
    page.paragraph(" , ".join(names))
    for index, address in enumerate(facts.addresses):
        page.paragraph(f"{index + 1} ", Gold(address.line()))
    page.paragraph(f"E-mail: {facts.mail(0)}")
    page.paragraph("Abstract " + facts.abstract(length), width=90)
    page.paragraph(facts.distractor(), width=90)


def superscripts(page: Page, facts: Facts, length: int) -> None:
    """Superscripts at the names; affiliations in one paragraph, separated by semicolons."""
    page.paragraph(facts.title())
    names = [f"{name}{SUPERSCRIPTS[facts.home_of(i)]}" for i, name in enumerate(facts.names())]
    page.paragraph(", ".join(names))
    parts: list[str] = []
    for index, address in enumerate(facts.addresses):
        parts += ["; " if index else "", SUPERSCRIPTS[index], Gold(address.line())]
    page.paragraph(*parts, width=70)
    page.paragraph(facts.head())
    page.paragraph(facts.abstract(length), width=80)
    page.paragraph("Funding: " + facts.distractor(), width=80)


def symbol_footnotes(page: Page, facts: Facts, length: int) -> None:
    """Symbols after the names, the affiliations as footnotes below the text."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=50)
    names = [f"{name}{SYMBOLS[facts.home_of(i)]}" for i, name in enumerate(facts.names())]
    page.paragraph("By " + " and ".join(names))
    page.paragraph(facts.abstract(length), width=72)
    page.paragraph("_" * 12)
    for index, address in enumerate(facts.addresses):
        page.paragraph(f"{SYMBOLS[index]} ", Gold(address.line()), ".", width=72)
    page.paragraph(facts.distractor(), width=72)


def author_blocks(page: Page, facts: Facts, length: int) -> None:
    """Below each name its affiliation over several lines, then the mail address."""
    page.paragraph(facts.title().upper())
    for index in range(min(3, len(facts.authors))):
        page.paragraph(facts.author(index))
        page.paragraph(Gold(facts.addresses[facts.home_of(index)].line("\n")))
        page.paragraph(facts.mail(index))
    page.paragraph("ABSTRACT")
    page.paragraph(facts.abstract(length), width=64)
    page.paragraph(facts.head())


def society_footnote(page: Page, facts: Facts, length: int) -> None:
    """Sentences with "is with the" after the text, as in IEEE journals."""
    page.paragraph(facts.title(), width=56)
    page.paragraph(", ".join(facts.names()) + ", Member")
    page.paragraph("Abstract—" + facts.abstract(length), width=60)
    page.paragraph(f"{facts.head()}. {facts.distractor()}", width=60)
    for index in range(min(2, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        mail = f" (e-mail: {facts.mail(index)})."
        page.paragraph(f"{facts.author(index)} is with the ", Gold(address.line()), mail, width=60)


def shared_with_correspondence(page: Page, facts: Facts, length: int) -> None:
    """One affiliation for all authors, repeated in the line on correspondence."""
    address = facts.addresses[0]
    page.paragraph(facts.head())
    page.paragraph(facts.title())
    page.paragraph("; ".join(facts.names()))
    page.paragraph("From the ", Gold(address.line()), ".")
    page.paragraph("SUMMARY. " + facts.abstract(length), width=85)
    page.paragraph("Received 3 May; accepted 9 June. " + facts.distractor(), width=85)
    page.paragraph(
        f"Correspondence to: Dr {facts.author(0)}, ",
        Gold(address.line()),
        f". {facts.mail(0)}",
        width=85,
    )


def lettered(page: Page, facts: Facts, length: int) -> None:
    """Letters as markers, and the article's history."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=70)
    names = [f"{name} {'abc'[facts.home_of(i)]}" for i, name in enumerate(facts.names())]
    page.paragraph(", ".join(names) + ",*")
    for index, address in enumerate(facts.addresses):
        page.paragraph("abc"[index] + " ", Gold(address.line()), width=66)
    page.paragraph("a r t i c l e   i n f o\nArticle history: received in revised form")
    page.paragraph(f"Keywords: {facts.keywords()}")
    page.paragraph(facts.abstract(length), width=75)
    page.paragraph(f"* Corresponding author. E-mail address: {facts.mail(0)}")


def parenthesised(page: Page, facts: Facts, length: int) -> None:
    """Each author with the affiliation in parentheses, all in one paragraph."""
    page.paragraph(f"Title: {facts.title()}")
    parts: list[str] = ["Authors: "]
    for index in range(min(3, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        parts += ["; " if index else "", facts.author(index), " (", Gold(address.line()), ")"]
    page.paragraph(*parts, width=88)
    page.paragraph(facts.head())
    page.paragraph("Abstract: " + facts.abstract(length), width=88)
    page.paragraph("Acknowledgements: " + facts.distractor(), width=88)


def report_cover(page: Page, facts: Facts, length: int) -> None:
    """A report: an affiliation in capitals at the top, the authors below the title."""
    page.paragraph(Gold(facts.addresses[0].line("\n").upper()))
    page.paragraph(f"Technical Report {facts.number}")
    page.paragraph(facts.title())
    page.paragraph("by\n" + "\n".join(facts.names()))
    page.paragraph(facts.abstract(length), width=70)
    page.paragraph(facts.distractor())


def headed_list(page: Page, facts: Facts, length: int) -> None:
    """Affiliations under a heading, with dotted numbers, then one author's present address."""
    page.paragraph(facts.title())
    names = [f"{name} ({facts.home_of(i) + 1})" for i, name in enumerate(facts.names())]
    page.paragraph(", ".join(names))
    page.paragraph("Affiliations:")
    for index, address in enumerate(facts.addresses[:-1] or facts.addresses):
        page.paragraph(f"{index + 1}. ", Gold(address.line()), ";" if index % 2 else "")
    if len(facts.addresses) > 1:
        page.paragraph("Present address: ", Gold(facts.addresses[-1].line()), ".", width=80)
    page.paragraph(f"Running title: {facts.title()[:30]}\n{facts.head()}")
    page.paragraph("Abstract\n" + facts.abstract(length), width=80)
    page.paragraph(facts.distractor(), width=80)


def biographies(page: Page, facts: Facts, length: int) -> None:
    """No affiliation at the top; biographies at the end, which also name former institutions."""
    page.paragraph(facts.head())
    page.paragraph(facts.title())
    page.paragraph(", ".join(facts.names()))
    page.paragraph(facts.abstract(length), width=76)
    page.paragraph(f"Index terms: {facts.keywords()}")
    for index in range(min(2, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        past = facts.institution()
        page.paragraph(
            f"{facts.author(index)} received the PhD degree from the {past} in 20{index}7, "
            "and is currently a lecturer at the ", Gold(address.line()), ".",
            width=76,
        )  # fmt: skip


def contributor_list(page: Page, facts: Facts, length: int) -> None:
    """A list with bullets: name, colon, affiliation, and the mail address in angle brackets."""
    page.paragraph(facts.head())
    page.paragraph(facts.title(), width=58)
    page.paragraph("Contributors")
    for index in range(min(3, len(facts.authors))):
        address = facts.addresses[facts.home_of(index)]
        mail = f" <{facts.mail(index)}>"
        page.paragraph(f"• {facts.author(index)}: ", Gold(address.line()), mail, width=82)
    page.paragraph("Synopsis: " + facts.abstract(length), width=82)
    page.paragraph(facts.distractor(), width=82)


TRAIN_LAYOUTS: tuple[Layout, ...] = (
    numbered_lines,
    superscripts,
    symbol_footnotes,
    author_blocks,
    society_footnote,
    shared_with_correspondence,
    lettered,
    parenthesised,
    report_cover,
    headed_list,
    biographies,
    contributor_list,
)
