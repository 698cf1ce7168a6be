"""Texts whose characters tokenizers treat in many ways, with spans marked as ``⟦LABEL|text⟧``."""

import re
import unicodedata

from ner.spans import Document, Span

_MARK = re.compile("⟦([A-Z]+)\\|(.*?)⟧", re.DOTALL)


def marked(text: str) -> Document:
    """The document with the text and the spans of a marked text."""
    plain, spans, position = "", [], 0
    for mark in _MARK.finditer(text):
        plain += text[position : mark.start()]
        spans.append(Span(len(plain), len(plain) + len(mark[2]), mark[1]))
        plain += mark[2]
        position = mark.end()
    return Document(plain + text[position:], tuple(spans))


_ACCENTS = "Ça va, ⟦PER|José Müller⟧ écrit à ⟦PER|Zoë Ångström⟧ de ⟦ORG|São Paulo⟧."
# Marked texts, by the difficulty that they have.
HARD_TEXTS = {
    "plain": "We thank ⟦PER|Ann Lee⟧ of ⟦ORG|Acme Inc⟧ today.",
    "families and flags": "👨‍👩‍👧‍👦 ⟦PER|Köhler⟧ 👩🏽‍🚀 from 🇩🇪🇫🇷 and ⟦ORG|Bundestag⟧ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 😀",
    "composed accents": unicodedata.normalize("NFC", _ACCENTS),
    "combining accents": unicodedata.normalize("NFD", _ACCENTS),
    "Chinese": "作者 ⟦PER|王小明⟧ 在 ⟦ORG|北京大学⟧ 工作。",
    "Arabic with diacritics": "كَتَبَ ⟦PER|مُحَمَّدٌ⟧ فِي ⟦ORG|جامِعَةِ القاهِرَةِ⟧ اليَوْمَ",
    "Hebrew with points": "אמר ⟦PER|דָּוִד⟧ על ⟦ORG|הָאוּנִיבֶרְסִיטָה⟧ בחיפה",
    "line breaks": "Dept. of X\n⟦ORG|University of Y⟧\r\n\n\t⟦PER|Eve⟧\n⟦PER|Bob⟧\n",
}
