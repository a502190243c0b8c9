"""A library, and a bibliography with planted faults and with what only looks like one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from app.models import Paper
from tests.helpers.factories import make_paper

ANN, BEN, CLEO = "Ann Author", "Ben Binary", "Cleo Curie"
BIB = (Path(__file__).parent / "thesis.bib").read_text("utf-8")
TEX = r"""\documentclass{article}
% \cite{commented}
\cite[see][p.~3]{good, bad-one}\citep*{Pre17,published}\parencites[1]{part1}[2]{part2}
\nocite{child}\textcite{missing-key} \cite{same2} \setcitestyle{numbers}
"""


def make_library(session: Session) -> dict[str, Paper]:
    """Papers that some entries are about."""
    conference = {"details": {"type": "inproceedings", "pages": "77-88"}}
    return {
        "good": make_paper(
            session,
            "conf/icml/Deep19",
            "Deep Learning of Shallow Things",
            authors=(ANN, BEN),
            year=2019,
            venue="conf/icml",
            doi="10.1000/deep",
            **conference,
        ),
        "unsound": make_paper(
            session,
            "journals/x/Unsound18",
            "Unsound Results on ImageNet with BERT",
            authors=(ANN,),
            year=2018,
            venue="journals/x",
            doi="10.1000/unsound",
        ),
        "small": make_paper(
            session,
            "conf/iclr/Small18",
            "A Preprint About Many Small Things",
            authors=(BEN, CLEO),
            year=2018,
            venue="conf/iclr",
            venue_title="International Conference on Learning Representations",
            doi="10.1000/small",
            arxiv_id="1701.00001",
            **conference,
        ),
        "known": make_paper(
            session,
            "conf/kdd/Known15",
            "Known Here With Its Pages",
            authors=(ANN,),
            year=2015,
            venue="conf/kdd",
            doi="10.1000/known",
            **conference,
        ),
    }
