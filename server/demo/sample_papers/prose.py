"""Titles, abstracts and the sentences around them for sample papers, in two sets.

Some sentences name institutions that are not affiliations on purpose: a funder, an ethics
committee, or the location of a conference.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prose:
    """The sentences of one side; `server.demo.sample_papers.facts` fills the patterns."""

    topics: tuple[str, ...]
    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    distractors: tuple[str, ...]
    heads: tuple[str, ...]


TRAIN_PROSE = Prose(
    topics=(
        "protein folding",
        "graph neural networks",
        "soil erosion",
        "dark matter halos",
        "machine translation",
        "coronary stents",
        "perovskite solar cells",
        "antibiotic resistance",
        "traffic forecasting",
        "bird migration",
        "NF-κB signalling",
        "quantum dots",
        "sleep disorders",
        "sparse matrices",
        "🧬 genome editing",
        "topic models in 𝒢-spaces",
    ),
    titles=(
        "On the role of {topic} in practice",
        "A new look at {topic}",
        "{topic}: a survey of {n} studies",
        "Towards reliable {topic}",
        "Measuring {topic} at scale",
        "Why {topic} matters — evidence from {n} sites",
        "Estimation and control of {topic}",
        "Case report: {topic} in a {n}-year-old patient",
        "🧪 Reproducing results on {topic}",
    ),
    sentences=(
        "We present a method for {topic} that needs no tuning.",
        "Results on {n} samples show a gain of {n} % over earlier work.",
        "The mechanism behind {topic} is still poorly understood.",
        "Our findings are stable under noise (p < 0.0{n}).",
        "In contrast to previous reports, no effect of {topic} was found.",
        "The data and the code are available on request 📦.",
        "A cohort of {n} cases was followed for two years.",
        "We discuss limits of the approach and open questions.",
        "Experiments with {topic} confirm the predicted scaling.",
        "Background: {topic} has been studied since 19{n}.",
        "Conclusions: more than {n} per cent of the variance is explained.",
        "A simple baseline turns out to be surprisingly strong.",
        "Both groups improved, but the difference was not significant.",
        "The model was fitted to {n} independent series.",
    ),
    distractors=(
        "This work was supported by {funder} under grant {n}/{n}.",
        "The study was approved by the ethics committee of the {institution}.",
        "Samples were collected at the {institution} between 2009 and 2014.",
        "Presented at the {n}th Conference on {topic}, {city}, {country}.",
        "Part of this work was done while the first author visited the {institution}.",
        "We thank the staff of the {institution} for their help.",
        "© 2016 The Authors. Published by the {institution} Press.",
        "The authors thank {funder} for travel support to {city}.",
    ),
    heads=(
        "{journal}, Vol. {n}, No. 3, pp. {n}{n}–{n}{n}",
        "{journal} {n} (20{n}) {n}–1{n}",
        "Original article 🔓 Open access",
        "RESEARCH PAPER",
        "{journal}\nContents lists available online",
        "arXiv:1{n}.0{n}{n}v1 [cs.XX]",
        "Preprint – please do not cite",
        "📄 {journal} | Short communication",
    ),
)

HELD_OUT_PROSE = Prose(
    topics=(
        "coral bleaching",
        "humanoid gait",
        "vaccine uptake",
        "exchange-rate shocks",
        "pulsar timing",
        "wound care",
        "cheese ripening",
        "tectonic drift",
        "working memory",
        "🐟 fish stocks",
        "ζ-potential of milk",
    ),
    titles=(
        "What {topic} tells us about the future",
        "Revisiting {topic}: {n} years on",
        "{topic} under changing conditions",
        "How much {topic} is enough?",
        "🌊 A longitudinal study of {topic}",
        "Determinants of {topic}",
    ),
    sentences=(
        "Little is known on how {topic} responds to stress.",
        "This article re-analyses {n} records with modern tools.",
        "Participants (n = {n}) completed three sessions.",
        "We argue that {topic} deserves more attention 🙂.",
        "Uncertainty was propagated through every step.",
        "An increase of {n} units was seen in all but two regions.",
        "Findings are discussed in the light of current theory.",
        "Implications for policy and practice are given.",
        "Calibration against {topic} took {n} days.",
        "A replication package accompanies the paper.",
    ),
    distractors=(
        "Financial assistance from {funder} is gratefully acknowledged (no. {n}).",
        "Ethical clearance: {institution}, protocol {n}.",
        "Equipment was on loan from {institution}.",
        "Talk given in {city}, {country}, on the {n}th of May.",
        "The second author holds a fellowship of {funder}.",
        "Printed in {country}. Distributed by {institution} Publications.",
    ),
    heads=(
        "{journal} · issue {n}",
        "[{journal}] accepted manuscript",
        "BRIEF REPORT 📊",
        "{journal} — {n}/20{n}",
        "Working paper no. {n}, {city}",
    ),
)
