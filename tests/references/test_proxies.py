"""Any address leads home: through proxies, redirects and archives, with punctuation around it."""

from __future__ import annotations

import pytest

from app.references.identifiers import PaperRef, implied_references
from app.references.parsing import parse_identifier, reference_from_url

ARXIV = PaperRef("arxiv", "1706.03762")
DOI = PaperRef("doi", "10.1145/3386569.3392441")
ABS = "https://arxiv.org/abs/1706.03762"
PII = PaperRef("url", "sciencedirect.com/science/article/pii/S0893608014002135")


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("https://doi-org.proxy.lib.example.edu/10.1145/3386569.3392441", DOI),
        ("https://doi.org.proxy.lib.example.edu/10.1145/3386569.3392441", DOI),
        ("https://dl-acm-org.ezproxy.example.edu/doi/10.1145/3386569.3392441", DOI),
        ("https://dl.acm.org.libproxy.example.edu/doi/pdf/10.1145/3386569.3392441", DOI),
        ("http://0-dl.acm.org.library.example.edu/doi/10.1145/3386569.3392441", DOI),
        ("https://0-dl-acm-org.library.example.edu/doi/10.1145/3386569.3392441", DOI),
        ("https://dl-acm-org.eu1.proxy.openathens.net/doi/10.1145/3386569.3392441", DOI),
        ("https://dl-acm-org.focus.lib.kth.se/doi/10.1145/3386569.3392441", DOI),
        ("https://dl-acm-org.stanford.idm.oclc.org/doi/10.1145/3386569.3392441", DOI),
        ("https://dl-acm-org.example.ac.uk/doi/10.1145/3386569.3392441", DOI),
        ("https://www-sciencedirect-com.ezproxy.example.edu/science/article/pii/S0893608014002135",
         PII),
        ("https://login.proxy.example.edu/login?url=https://doi.org/10.1145/3386569.3392441", DOI),
        ("https://ezproxy.example.edu/login?qurl=https%3A%2F%2Fdoi.org%2F10.1145%2F3386569.3392441",
         DOI),
        ("https://proxy.example.edu/login?auth=x&url=http://dx.doi.org/10.1145/3386569.3392441",
         DOI),
        ("https://go.openathens.net/redirector/example.edu?url=https%3A%2F%2Fdl.acm.org%2Fdoi"
         "%2F10.1145%2F3386569.3392441", DOI),
        ("https://ezproxy.example.edu/login?url=https://dl-acm-org.ezproxy.example.edu/doi/"
         "10.1145/3386569.3392441", DOI),
        ("https://ezproxy.example.edu/login?url=https://journals.plos.org/plosone/article?id="
         "10.1371/journal.pone.0000217&type=printable",
         PaperRef("doi", "10.1371/journal.pone.0000217")),
        (f"https://www.google.com/url?q={ABS}&sa=D", ARXIV),
        (f"https://scholar.google.com/scholar_url?url={ABS}&hl=en", ARXIV),
        (f"https://web.archive.org/web/20200101000000/{ABS}", ARXIV),
        (f"https://web.archive.org/web/2020id_/{ABS}", ARXIV),
        ("https://web.archive.org/web/2020/https:/arxiv.org/abs/1706.03762", ARXIV),
        (f"https://r.jina.ai/{ABS}", ARXIV),
        (f"https://urldefense.com/v3/__{ABS}__;!!x", ARXIV),
        ("https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fabs"
         "%2F1706.03762&data=x", ARXIV),
        ("https://m.arxiv.org/abs/1706.03762", ARXIV),
        ("https://www2.arxiv.org/abs/1706.03762", ARXIV),
        ("https://static.arxiv.org/pdf/1706.03762.pdf", ARXIV),
        ("https://m.dl.acm.org/doi/10.1145/3386569.3392441", DOI),
    ],
)  # fmt: skip
def test_an_address_leads_to_the_one_in_it(address: str, meant: PaperRef) -> None:
    assert reference_from_url(address) == meant
    assert parse_identifier(f"<{address}>.") == meant


@pytest.mark.parametrize(
    "address",
    [
        "https://dl.acm.org.evil.example/doi/10.1145/3386569.3392441",
        "https://dl-acm-org.evil.example/doi/10.1145/3386569.3392441",
        "https://arxiv-org.github.io/abs/1706.03762",
        f"https://example.org/review?url={ABS}",  # about the paper
        f"https://twitter.com/intent/tweet?url={ABS}",
        f"https://example.org/{ABS}",
        "https://ezproxy.example.edu/login?url=https://example.org/abs/1706.03762",
        "https://ezproxy.example.edu/login?url=javascript:alert(1)",
        "https://ezproxy.example.edu/login?url=https://evil@arxiv.org/abs/1706.03762",
        "https://ezproxy.example.edu/login?url=https://[arxiv.org/abs/1706.03762",
        "https://ezproxy.example.edu/login",
        "https://ezproxy.example.edu/login?url=https%3A%2F%2Farxiv.org%2Fabs%2F%ff",
        "https://a.proxy.edu/login?url=https://b.proxy.edu/login?url=" + ABS,
    ],
)
def test_other_addresses_hold_none(address: str) -> None:
    assert reference_from_url(address) is None


@pytest.mark.parametrize(
    "around",
    [
        *("{}.", "{},", "{};", "{}:", "{}).", "({}).", "[{}]", "<{}>", "<{}>.", "{}]", "{}}}."),
        *("“{}”", "„{}“", "»{}«", "«{}»", "‹{}›", "'{}'", '"{}",', "‘{}’", "{}…", "{}...", "{}!?"),
        *(
            "`{}`",
            "**{}**",
            "（{}）。",
            "「{}」",
            "\u200b{}\u200b",
            "{}\ufeff",
            "  {}\n",
            "{}>",
            "{}`.",
        ),
    ],
)
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        (ABS, ARXIV),
        ("HTTPS://ARXIV.ORG/ABS/1706.03762V5", ARXIV),
        ("arXiv:1706.03762v2", ARXIV),
        ("1706.03762", ARXIV),
        ("https://arxiv.org/pdf/1706.03762v5.pdf#page=3", ARXIV),
        ("https://doi.org/10.1145/3386569.3392441", DOI),
        ("doi: 10.1145/3386569.3392441", DOI),
        ("10.1145/3386569.3392441", DOI),
        ("http://dx.doi.org/10.1145%2F3386569.3392441", DOI),
        ("PMID: 12345678", PaperRef("url", "pubmed.ncbi.nlm.nih.gov/12345678")),
    ],
)
def test_punctuation_is_no_part(around: str, name: str, meant: PaperRef) -> None:
    assert parse_identifier(around.format(name)) == meant


ADS = PaperRef("url", "ui.adsabs.harvard.edu/abs/2016PhRvL.116f1102A")
ADS_ARXIV = PaperRef("arxiv", "2002.09876")
PUBMED = PaperRef("url", "pubmed.ncbi.nlm.nih.gov/12345678")
PMC = PaperRef("url", "pmc.ncbi.nlm.nih.gov/articles/PMC4539033")
HAL = PaperRef("url", "hal.science/hal-01234567")
SSRN = PaperRef("doi", "10.2139/ssrn.1234567")
CORPUS = PaperRef("url", "api.semanticscholar.org/CorpusID:13756489")
S2 = PaperRef("url", "semanticscholar.org/paper/204e3073870fae3d05bcbc2f6a8e263d9b72e776")
PMLR = PaperRef("url", "proceedings.mlr.press/v235/abad24a.html")
OPENREVIEW = PaperRef("openreview", "rJXMpikCZ")
SHORT = PaperRef("url", "doi.org/10/ggd754")
NIPS = PaperRef("url", "papers.nips.cc/paper/7181-attention-is-all-you-need")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("https://ui.adsabs.harvard.edu/abs/2016PhRvL.116f1102A/abstract", ADS),
        ("http://adsabs.harvard.edu/abs/2016PhRvL.116f1102A", ADS),
        ("https://ui.adsabs.harvard.edu/#abs/2016PhRvL.116f1102A/abstract", ADS),
        ("https://ui.adsabs.harvard.edu/link_gateway/2016PhRvL.116f1102A/PUB_PDF", ADS),
        ("http://adsabs.harvard.edu/cgi-bin/nph-bib_query?bibcode=2016PhRvL.116f1102A", ADS),
        ("bibcode: 2016PhRvL.116f1102A", ADS),
        ("ADS:2016PhRvL.116f1102A", ADS),
        ("https://ui.adsabs.harvard.edu/abs/1999A%26A...343..496D",
         PaperRef("url", "ui.adsabs.harvard.edu/abs/1999A&A...343..496D")),
        ("1999A&A...343..496D", PaperRef("url", "ui.adsabs.harvard.edu/abs/1999A&A...343..496D")),
        ("https://ui.adsabs.harvard.edu/abs/2020arXiv200209876B", ADS_ARXIV),
        ("bibcode:2007arXiv0706.1234S", PaperRef("arxiv", "0706.1234")),
        ("https://ui.adsabs.harvard.edu/abs/2003astro.ph.10723S",
         PaperRef("arxiv", "astro-ph/0310723")),
        ("https://ui.adsabs.harvard.edu/abs/1999hep.th....1001W",
         PaperRef("arxiv", "hep-th/9901001")),
        *((name, PUBMED) for name in (
            "PMID: 12345678", "pmid 12345678", "PMID12345678", "PubMed ID: 12345678",
            "https://pubmed.ncbi.nlm.nih.gov/12345678/?dopt=Abstract",
            "https://www.ncbi.nlm.nih.gov/m/pubmed/12345678/",
            "https://www.ncbi.nlm.nih.gov/pubmed/?term=12345678",
            "https://europepmc.org/article/MED/12345678")),
        *((name, PMC) for name in (
            "PMC4539033", "PMCID: PMC4539033", "pmcid:4539033", "PMC ID: PMC4539033",
            "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC4539033/pdf/x.pdf")),
        *((name, HAL) for name in (
            "hal:hal-01234567v2", "https://hal.science/hal-01234567v3",
            "https://hal.archives-ouvertes.fr/hal-01234567/document",
            "https://inria.hal.science/hal-01234567/file/paper.pdf",
            "https://univ-lyon.hal.science/hal-01234567")),
        *((name, SSRN) for name in (
            "SSRN 1234567", "ssrn:1234567", "https://ssrn.com/abstract=1234567",
            "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=1234567",
            "https://papers.ssrn.com/sol3/Delivery.cfm/S_ID1_code.pdf?abstractid=1234567&mirid=1")),
        ("CorpusID:13756489", CORPUS),
        ("S2CorpusID: 13756489", CORPUS),
        ("https://api.semanticscholar.org/CorpusID:13756489", CORPUS),
        ("https://pdfs.semanticscholar.org/204e/3073870fae3d05bcbc2f6a8e263d9b72e776.pdf", S2),
        ("https://api.semanticscholar.org/graph/v1/paper/204e3073870fae3d05bcbc2f6a8e263d9b72e776",
         S2),
        ("https://raw.githubusercontent.com/mlresearch/v235/main/assets/abad24a/abad24a.pdf", PMLR),
        ("https://openreview.net/attachment?id=rJXMpikCZ&name=pdf", OPENREVIEW),
        ("https://api2.openreview.net/pdf?id=rJXMpikCZ", OPENREVIEW),
        ("https://papers.neurips.cc/paper/7181-attention-is-all-you-need.pdf", NIPS),
        ("https://papers.nips.cc/paper/7181-attention-is-all-you-need-supplemental.zip", NIPS),
        *((name, SHORT) for name in (
            "10/ggd754", "doi:10/ggd754", "https://doi.org/ggd754", "doi.org/10/GGD754",
            "http://shortdoi.org/ggd754", "shortdoi.org/10/ggd754")),
        ("https://hdl.handle.net/10.1145/3386569.3392441", DOI),
        ("https://www.nature.com/articles/s41586-020-2649-2?utm_source=x#Sec3",
         PaperRef("doi", "10.1038/s41586-020-2649-2")),
        ("https://www.aanda.org/articles/aa/abs/2020/01/aa12345-19/aa12345-19.html",
         PaperRef("doi", "10.1051/0004-6361/201912345")),
        ("https://osf.io/preprints/psyarxiv/abcde_v2", PaperRef("doi", "10.31234/osf.io/abcde")),
        ("https://inspirehep.net/api/literature/123?fields=x",
         PaperRef("url", "inspirehep.net/literature/123")),
        ("arXiv preprint arXiv:1706.03762", ARXIV),
        ("ArXiv e-prints 1706.03762", ARXIV),
        ("https://hf.co/papers/1706.03762", ARXIV),
        ("https://papers.cool/arxiv/1706.03762", ARXIV),
    ],
)  # fmt: skip
def test_identifiers_of_archives(name: str, meant: PaperRef) -> None:
    assert parse_identifier(name) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("acl attention", "hal nine thousand", "doi nothing", "2016SmithJonesPaperXY", "pmcfoo"),
        *("ads revenue", "ssrn paper", "arXiv prints", "pubmed search"),
    ],
)
def test_words_are_no_identifiers(text: str) -> None:
    ref = parse_identifier(text)
    assert ref is None or ref.kind == "key"


@pytest.mark.parametrize(
    ("ref", "also"),
    [
        (PaperRef("key", "2016PhRvL.116f1102A"), ADS),
        (ADS, PaperRef("key", "2016PhRvL.116f1102A")),
        (PaperRef("key", "2020arXiv200209876B"), ADS_ARXIV),
        (PaperRef("key", "hal-01234567v1"), HAL),
        (HAL, PaperRef("key", "hal-01234567")),
        (NIPS, PaperRef("url", "papers.nips.cc/paper/7181")),
    ],
)
def test_codes_are_keys_too(ref: PaperRef, also: PaperRef) -> None:
    assert implied_references(ref) == [also]
