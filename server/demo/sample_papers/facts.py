"""The facts of one made-up paper: its authors, affiliations, title and sentences."""

import random
from dataclasses import dataclass

from server.demo.sample_papers.names import Names
from server.demo.sample_papers.prose import Prose


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an affiliation, the smallest first; all but the institution may be empty."""

    unit: str
    institution: str
    street: str
    town: str
    country: str

    def parts(self) -> tuple[str, ...]:
        """The parts that are not empty."""
        parts = (self.unit, self.institution, self.street, self.town, self.country)
        return tuple(part for part in parts if part)

    def line(self, separator: str = ", ") -> str:
        """The parts joined by `separator`."""
        return separator.join(self.parts())


class Facts:
    """Draws facts at random from one side's lists. `number` is the manuscript number."""

    def __init__(self, rng: random.Random, names: Names, prose: Prose, *, number: int) -> None:
        self.rng = rng
        self.number = number
        self._names = names
        self._prose = prose
        self._field = rng.choice(names.fields)
        self._topic = rng.choice(prose.topics)
        self.authors = tuple(self._author() for _ in range(rng.randint(2, 5)))
        self.addresses = tuple(self._address() for _ in range(rng.randint(1, 3)))
        self.style = rng.choice(("initials", "full", "surname first"))

    def author(self, index: int) -> str:
        """An author's name in the style of this paper."""
        given, surname = self.authors[index]
        if self.style == "initials":
            return f"{given[0]}. {surname}"
        return f"{surname}, {given}" if self.style == "surname first" else f"{given} {surname}"

    def names(self) -> list[str]:
        """The names of all authors in the style of this paper."""
        return [self.author(index) for index in range(len(self.authors))]

    def institution(self) -> str:
        """An institution that is not an affiliation of this paper."""
        return self._fill("{institution}")

    def mail(self, index: int) -> str:
        """A made-up mail address of an author."""
        given, surname = self.authors[index]
        name = "".join(c for c in f"{given[0]}.{surname}".lower() if c.isascii() and c != " ")
        return f"{name}@{self.rng.choice(('mail', 'lab', 'inst'))}{self._digits(1)}.example.org"

    def home_of(self, author: int) -> int:
        """The index of the address where an author works."""
        return author % len(self.addresses)

    def title(self) -> str:
        """A title, sometimes in capitals."""
        title = self._fill(self.rng.choice(self._prose.titles))
        title = title[0].upper() + title[1:]
        return title.upper() if self.rng.random() < 0.15 else title

    def head(self) -> str:
        """The text above the title, with the manuscript number."""
        head = self._fill(self.rng.choice(self._prose.heads))
        return f"{head}\nManuscript {self.number}"

    def abstract(self, sentences: int) -> str:
        """An abstract; no sentence is repeated before all have been used."""
        known = self._prose.sentences
        rounds = -(-sentences // len(known))
        chosen = [s for _ in range(rounds) for s in self.rng.sample(known, len(known))]
        return " ".join(self._fill(sentence) for sentence in chosen[:sentences])

    def distractor(self) -> str:
        """A sentence with an institution or a place that is not an affiliation."""
        return self._fill(self.rng.choice(self._prose.distractors))

    def keywords(self) -> str:
        """Three topics."""
        return ", ".join(self.rng.sample(self._prose.topics, 3))

    def _author(self) -> tuple[str, str]:
        return self.rng.choice(self._names.given), self.rng.choice(self._names.surnames)

    def _address(self) -> Address:
        rng = self.rng
        city = rng.choice(self._names.cities)
        code = city.code.replace("{n}", self._digits(2))
        town = (
            city.name
            if rng.random() < 0.4
            else rng.choice((f"{code} {city.name}", f"{city.name} {code}"))
        )
        return Address(
            unit=self._fill(rng.choice(self._names.units)) if rng.random() < 0.75 else "",
            institution=self._fill(rng.choice(self._names.institutions), city_name=city.name),
            street=self._fill(rng.choice(self._names.streets)) if rng.random() < 0.35 else "",
            town=town,
            country=city.country if rng.random() < 0.85 else "",
        )

    def _digits(self, count: int) -> str:
        return "".join(self.rng.choice("123456789") for _ in range(count))

    def _fill(self, pattern: str, *, city_name: str | None = None) -> str:
        """Fills the fields of a pattern with random values, some of them patterns themselves."""
        rng, names = self.rng, self._names
        city = rng.choice(names.cities)
        for key in ("{institution}", "{funder}", "{journal}"):
            if key in pattern:
                choices = getattr(names, f"{key[1:-1]}s")
                pattern = pattern.replace(key, rng.choice(choices))
        while "{n}" in pattern:
            pattern = pattern.replace("{n}", self._digits(2), 1)
        return pattern.format(
            city=(city_name or city.name).split(",")[0],
            country=city.country,
            field=self._field if rng.random() < 0.6 else rng.choice(names.fields),
            surname=rng.choice(names.surnames),
            topic=self._topic,
        )
