"""Records of real papers, to be cited."""

from __future__ import annotations

from datetime import date

from app.sources.record import PaperRecord

TSNE = PaperRecord(
    key="journals/jmlr/MaatenH08",
    title="Visualizing Data using t-SNE",
    authors=("Laurens van der Maaten", "Geoffrey Hinton"),
    year=2008,
    venue="JMLR",
    venue_key="journals/jmlr",
    venue_title="Journal of Machine Learning Research",
    url="http://jmlr.org/papers/v9/vandermaaten08a.html",
    keywords="visualization, dimensionality reduction",
    details={"type": "article", "volume": "9", "number": "86", "pages": "2579--2605"},
)
RCNN = PaperRecord(
    key="conf/nips/RenHGS15",
    title="Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
    authors=("Shaoqing Ren", "Kaiming He", "Ross B. Girshick", "Jian Sun"),
    year=2015,
    venue="NIPS",
    venue_key="conf/nips",
    venue_title="Neural Information Processing Systems",
    arxiv_id="1506.01497",
    published_on=date(2015, 6, 4),
    details={"type": "inproceedings", "pages": "91-99", "volume": "28"},
)
ADAM = PaperRecord(
    key="journals/corr/1412.6980",
    title="Adam: A Method for Stochastic Optimization",
    authors=("Diederik P. Kingma", "Jimmy Ba"),
    year=2014,
    venue="CoRR",
    venue_key="journals/corr",
    arxiv_id="1412.6980",
    published_on=date(2014, 12, 22),
)
DNA = PaperRecord(
    key="10.1038/171737a0",
    title="Molecular Structure of Nucleic Acids: A Structure for Deoxyribose Nucleic Acid",
    authors=("J. D. Watson", "F. H. C. Crick"),
    year=1953,
    venue="Nature",
    venue_key="journals/nature",
    doi="10.1038/171737a0",
    details={"volume": "171", "number": "4356", "pages": "737–738", "month": "apr"},
)
THESIS = PaperRecord(
    key="shannon1940algebra",
    title="An Algebra for Theoretical Genetics",
    authors=("Claude Elwood Shannon",),
    year=1940,
    details={"type": "phdthesis", "school": "Massachusetts Institute of Technology"},
)
