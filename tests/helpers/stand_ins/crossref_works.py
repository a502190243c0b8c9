"""Works as Crossref tells them, and a bibliography that it is asked about."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from app.sources.contract import MAX_FOUND_PAPERS
from app.sources.lookup import crossref
from tests.helpers.stand_ins.outside import ANSWERS, Reply, StandIn

ANN, BEN = "Ann Author", "Ben Binary"
# Each entry by what is the matter with it.
ASKED_BIB = r"""% kept
@article{retracted,
  title = {Unsound Results of a Careless Study},
  author = {Ann Author},
  year = 2018,
  journal = {J. Res.},
  doi = {10.1000/unsound}
}
@article{wrong, title={Growing Tomatoes under Glass}, author={Cleo Curie}, year=2011, journal={G}, doi={10.1000/other}}
@article{part, title={A Theory of Everything Small: Part I}, author={Ann Author}, year=2010, journal={T}, doi={10.1000/part2}}
@misc{asserted, title={A Preprint of Things}, author={Ann Author}, year=2012, journal={bioRxiv}, doi={10.1101/pre}}
@misc{preprint, title={Many Small Things Seen from Afar}, author={Ann Author and Ben Binary}, year=2019, eprint={1901.00001}, archivePrefix={arXiv}}
@misc{series, title={Large Things in Series: Part I}, author={Ann Author}, year=2019, eprint={1901.00002}, archivePrefix={arXiv}}
@article{nodoi, title={Known for Its Missing Fields}, author={Ben Binary}, year=2015, journal={J. Res.}}
@article{notice, title={Another Withdrawn Study of Mice}, author={Ann Author}, year=2016, journal={J. Res.}, doi={10.1000/notice}}
@article{unknown, title={Nobody Knows This Study at All}, author={Ann Author}, year=2016, journal={J. Res.}, doi={10.1000/none}}
@article{editorial, title={Editorial}, author={Ann Author}, year=2016, journal={J. Res.}}
"""  # noqa: E501  (entries in one line are a test too)


def make_work(doi: str, title: str, authors: tuple[str, ...], year: int, **more: Any) -> Any:
    """A work of a journal."""
    people = [dict(zip(("given", "family"), name.split(), strict=True)) for name in authors]
    return {
        "DOI": doi,
        "type": "journal-article",
        "title": [title],
        "author": people,
        "container-title": ["Journal of Results"],
        "issued": {"date-parts": [[year]]},
        **more,
    }


def play_crossref(stand_in: StandIn) -> None:
    """Let the stand-in answer about all that `ASKED_BIB` names."""
    stand_in.replies["api.crossref.org/works/10.1000/unsound"] = Reply(
        body=(ANSWERS / "crossref_retracted.json").read_bytes()
    )
    other = make_work("10.1000/other", "Deep Learning of Shallow Nets", (BEN,), 2019)
    part2 = make_work("10.1000/part2", "A Theory of Everything Small: Part II", (ANN,), 2010)
    related = {
        "is-preprint-of": [{"id-type": "doi", "id": "10.1000/pub", "asserted-by": "subject"}]
    }
    posted = {"type": "posted-content", "container-title": [], "relation": related}
    preprint = make_work("10.1101/pre", "A Preprint of Things", (ANN,), 2012, **posted)
    published = make_work("10.1000/pub", "A Preprint of Things", (ANN,), 2014, page="1-9")
    small = make_work("10.1000/small", "Many Small Things Seen from Afar", (ANN, BEN), 2020)
    series = make_work("10.1000/series2", "Large Things in Series: Part II", (ANN,), 2019)
    nodoi = make_work("10.1000/nodoi", "Known for its Missing Fields", (BEN,), 2015, volume="4")
    announced = [{"DOI": "10.1000/mice", "type": "retraction", "label": "Retraction"}]
    notice = make_work(
        "10.1000/notice",
        "Another Withdrawn Study of Mice",
        (ANN,),
        2017,
        **{"update-to": announced},
    )
    glass = make_work("10.1000/glass", "Growing Tomatoes under Glass", ("Cleo Curie",), 2011)
    for work in (glass, other, part2, preprint, published, small, series, nodoi, notice):
        body = json.dumps({"message": work}).encode()
        stand_in.replies[f"api.crossref.org/works/{work['DOI']}"] = Reply(body=body)
    for words, works in {
        "Growing Tomatoes under Glass curie 2011": [other, glass],
        "Many Small Things Seen from Afar author": [series, small],
        "Large Things in Series: Part I author": [series],
        "Known for Its Missing Fields binary 2015": [nodoi, part2],
    }.items():
        query = urlencode(
            {
                "query.bibliographic": words,
                "rows": MAX_FOUND_PAPERS,
                "select": crossref._FIELDS,
            }
        )
        body = json.dumps({"message": {"items": works}}).encode()
        stand_in.replies[f"api.crossref.org/works?{query}"] = Reply(body=body)
