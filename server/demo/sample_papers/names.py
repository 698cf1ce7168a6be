"""Names of people, cities and fields for sample papers, in two disjoint sets.

All are made up or in general use. A paper of one set never names a person, a city or a field of the
other, so that a model cannot score well on the held-out papers by memorising names. The sets share
only common patterns for the names of institutions and departments.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city in an address; `code` is the postal code, with ``{n}`` for random digits."""

    name: str
    country: str
    code: str


@dataclass(frozen=True, slots=True)
class Names:
    """The lists of one side. Patterns take ``{city}``, ``{field}`` and ``{surname}``."""

    given: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[City, ...]
    institutions: tuple[str, ...]
    units: tuple[str, ...]
    fields: tuple[str, ...]
    streets: tuple[str, ...]
    funders: tuple[str, ...]
    journals: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


def _cities(text: str) -> tuple[City, ...]:
    rows = (row.split("/") for row in text.split("|"))
    return tuple(City(name.strip(), country, code) for name, country, code in rows)


# The patterns that both sides share.
COMMON_INSTITUTIONS = _words(
    "University of {city}|{city} University|{city} Institute of Technology|{city} State University|"
    "{city} General Hospital|Technical University of {city}|{city} Medical School|"
    "{field} Research Centre {city}"
)
COMMON_UNITS = _words(
    "Department of {field}|Institute of {field}|School of {field}|Division of {field}|"
    "Laboratory of {field}|Faculty of {field}|Dept. of {field}|Centre for {field}"
)

TRAIN_NAMES = Names(
    given=_words(
        "Anna|José|Miguel|Hannah|Wei|Priya|Søren|Lucía|Thomas|Olga|Kenji|Fatima|Björn|Chloé|David|"
        "Zoë|Ivan|Mei|Rahul|Sarah|Łukasz|Ana|Peter|Yuki|Emma|Jürgen|Nadia|Samuel"
    ),
    surnames=_words(
        "Müller|García|Sørensen|Zhang|Kowalski|Nguyen|Smith|O'Connor|Tanaka|Novák|Ivanova|Patel|"
        "Rossi|Andersson|Hernández|Johnson|Kim|Yılmaz|Schröder|Silva|Brown|Dvořák|Chen|Larsen|"
        "Gupta|Martínez|Wilson|Lindström|Saito|Popescu"
    ),
    cities=_cities(
        "Heidelberg/Germany/D-691{n}|Zürich/Switzerland/CH-80{n}|Uppsala/Sweden/SE-751 {n}|"
        "Kraków/Poland/30-0{n}|Granada/Spain/180{n}|Bologna/Italy/401{n}|Leiden/The Netherlands/"
        "23{n} RA|Aarhus/Denmark/80{n}|Boston, MA/USA/021{n}|Ann Arbor, MI/USA/481{n}|"
        "Seattle, WA/USA/981{n}|Kyoto/Japan/606-85{n}|Wuhan/China/4300{n}|Pune/India/4110{n}|"
        "Oxford/UK/OX1 3{n}|Leeds/United Kingdom/LS2 {n}JT|São Paulo/Brazil/05508-0{n}|"
        "Melbourne/Australia/30{n}|Toronto, ON/Canada/M5S {n}A1|Seoul/Korea/088{n}|"
        "Ghent/Belgium/90{n}|Vienna/Austria/10{n}|Prague/Czech Republic/160 {n}|Cairo/Egypt/126{n}|"
        "Buenos Aires/Argentina/C1428{n}|Hanoi/Vietnam/1000{n}|Singapore/Singapore/1190{n}"
    ),
    institutions=(
        *COMMON_INSTITUTIONS,
        *_words(
            "National Institute of {field}|{city} University Hospital|Institute for {field}|"
            "{surname} Research Labs|{surname} Medical Center|Universidad de {city}|"
            "{surname} College|Academy of Sciences, Institute of {field}|{surname} GmbH|"
            "Royal {city} Infirmary|Consiglio Nazionale di {field}"
        ),
    ),
    units=(
        *COMMON_UNITS,
        *_words(
            "{field} Group|Chair of {field}|Section for {field}|Institut für {field}|{field} Unit|"
            "Graduate School of {field}|Program in {field}|Team {n}, {field}"
        ),
    ),
    fields=_words(
        "Computer Science|Molecular Biology|Physics|Neurology|Applied Mathematics|Chemistry|"
        "Materials Science|Cardiology|Electrical Engineering|Plant Ecology|Statistics|Genetics|"
        "Computational Linguistics|Public Health|Earth Sciences|Psychiatry|Marine Biology|"
        "Civil Engineering|Economics|Pharmacology|Optics|Surgery|Political Science|Agronomy"
    ),
    streets=_words(
        "Hauptstrasse {n}|{n} Main Street|Av. Central {n}|{n} College Road|Room {n}, Building C|"
        "P.O. Box {n}|Kirkegade {n}|{n} Park Avenue|Via Verdi {n}|{n}, rue du Pont|Mail Stop {n}"
    ),
    funders=_words(
        "the German Science Fund|the National Health Trust|the {city} University Research Fund|"
        "the Swedish Council for Research|the {surname} Foundation|the University of {city}"
    ),
    journals=_words(
        "Journal of Applied Findings|Annals of Measurement|Letters in {field}|"
        "Proceedings of the Workshop on {field}|Open {field}|Transactions on {field}|"
        "Revista de {field}|{field} Archive"
    ),
)

HELD_OUT_NAMES = Names(
    given=_words(
        "Matthieu|Ingrid|Oluwaseun|Siobhán|Dimitris|Aiko|Tomáš|Beatriz|Cem|Ruth|Gábor|Leïla|Noam|"
        "Xiu|Pekka|Amara"
    ),
    surnames=_words(
        "Lefèvre|Haugen|Adeyemi|Murphy|Papadopoulos|Watanabe|Horváth|Ferreira|Demir|Cohen|"
        "Virtanen|Okafor|Moreau|Þórsson|Bianchi|van den Berg|Fitzgerald|Qureshi"
    ),
    cities=_cities(
        "Lyon/France/F-690{n}|Grenoble/France/380{n}|Trondheim/Norway/N-70{n}|Tampere/Finland/"
        "FI-331{n}|Athens/Greece/106 {n}|Budapest/Hungary/H-10{n}|Dublin/Ireland/D02 R5{n}|"
        "Lagos/Nigeria/1002{n}|Haifa/Israel/320{n}|Ankara/Turkey/065{n}|Coimbra/Portugal/3000-{n}|"
        "Reykjavík/Iceland/1{n}|Wellington/New Zealand/60{n}|Cape Town/South Africa/77{n}"
    ),
    institutions=(
        *COMMON_INSTITUTIONS,
        *_words(
            "Université de {city}|{city} Polytechnic|Royal College of {field}|"
            "{surname} Analytics Ltd.|{city} Observatory"
        ),
    ),
    units=(*COMMON_UNITS, *_words("Service de {field}|UMR {n} {field}|Unit for {field}")),
    fields=_words(
        "Oceanography|Veterinary Medicine|Robotics|Immunology|Econometrics|Astronomy|Nursing|"
        "Food Technology|Geodesy|Cognitive Psychology"
    ),
    streets=_words(
        "{n}, rue de la Paix|Storgata {n}|{n} Harbour Quay|Bulevar {n}|BP {n}|"
        "Campus Norte, Edif. {n}"
    ),
    funders=_words(
        "the Agence pour la Recherche|the Norwegian Innovation Board|the {city} Polytechnic alumni|"
        "the {surname} Trust|the Academy of {field}"
    ),
    journals=_words(
        "Revue Internationale de {field}|Nordic Reports in {field}|Archives of {field}|"
        "Symposium on {field} and Society"
    ),
)
