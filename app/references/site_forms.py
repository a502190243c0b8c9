"""What the addresses of papers look like at publishers and archives.

As their own links write them.

Data for `sites`, which says what an address means.
"""

from __future__ import annotations

import re

# Subdomains count as well.
ARXIV_HOSTS = frozenset(
    (
        *("arxiv.org", "ar5iv.org", "alphaxiv.org", "xxx.lanl.gov", "arxiv-vanity.com"),
        *("huggingface.co", "scirate.com", "hf.co", "talk2arxiv.org", "papers.cool", "arxiv.gg"),
        *("alphaarxiv.org",),
    )
)
# Hosts of pages of their own that lead from arXiv's numbers to these.
ALSO_ARXIV = frozenset(("semanticscholar.org",))
ARXIV_PATH = re.compile(
    r"/(?:abs|pdf|ps|html|format|e-print|src|overview|papers|arxiv|forum|resources)/"
    r"(?:arxiv:)?(.+?)(?:\.pdf|\.html)?/?"
    r"|/ftp/arxiv/papers/\d{4}/(.+?)\.pdf",
    re.ASCII | re.IGNORECASE,
)
# NASA's Astrophysics Data System names arXiv's papers by a code that holds their number.
ADS_HOSTS = frozenset(
    (
        *("ui.adsabs.harvard.edu", "adsabs.harvard.edu", "articles.adsabs.harvard.edu"),
        *("esoads.eso.org", "cdsads.u-strasbg.fr", "ads.ari.uni-heidelberg.de", "scixplorer.org"),
    )
)
ADS_PATH = re.compile(
    r"/(?:abs|full|pdf|link_gateway|user/libraries/[\w-]+/abs)/([^/?]{19})(?:/.*)?"
)
DOI_HOSTS = frozenset(
    (
        *("doi.org", "dx.doi.org", "doi.acm.org", "doi.ieeecomputersociety.org", "doi.wiley.com"),
        *("shortdoi.org", "hdl.handle.net", "doi.pangaea.de", "doi.apa.org", "sci-hub.se"),
        *("sci-hub.st", "sci-hub.ru", "sci-hub.tw", "sci-hub.io", "sci-hub.wf", "oadoi.org"),
    )
)
SHORT_DOI_HOSTS = frozenset(("doi.org", "dx.doi.org", "shortdoi.org"))
OPENREVIEW_HOSTS = frozenset(("openreview.net", "api.openreview.net", "api2.openreview.net"))
OPENREVIEW_PATH = re.compile(r"/(?:forum|pdf|references/pdf|attachment|revisions|notes)/?")
DBLP_HOSTS = frozenset(
    (
        *("dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de", "dblp1.uni-trier.de"),
        *("dblp2.uni-trier.de", "informatik.uni-trier.de"),
    )
)
DBLP_PATH = re.compile(
    r"/rec/(?:(?:html|bibtex\d?|bib\d?|xml|rdf|nt|ttl|ris)/)?(.+?)"
    r"(?:\.(?:html|bib|xml|rdf|nt|ttl|ris))?(?:\?.*)?"
)
DBLP_CONTENTS = re.compile(r"(?:/~ley)?/db/((?:conf|journals)/[\w\-]+)/[\w\-]+\.html?", re.ASCII)
ACL_HOSTS = frozenset(
    (
        *("aclanthology.org", "aclweb.org", "aclanthology.info", "anthology.aclweb.org"),
        *("aclanthology.coli.uni-saarland.de", "acl.ldc.upenn.edu"),
    )
)
ACL_PATH = re.compile(r"/(?:.*/)?([^/]+?)(?:\.(?:pdf|bib|xml|endf))?/?")

# Sites whose addresses hold the DOI; subdomains count as well.
DOI_SITES = frozenset(
    (
        *("dl.acm.org", "portal.acm.org", "link.springer.com", "biomedcentral.com"),
        *("springeropen.com", "pubs.acs.org", "science.org", "pnas.org"),
        *("tandfonline.com", "journals.aps.org", "link.aps.org", "royalsocietypublishing.org"),
        *("iopscience.iop.org", "academic.oup.com", "journals.plos.org", "plosone.org"),
        *("frontiersin.org", "journals.sagepub.com", "epubs.siam.org", "pubsonline.informs.org"),
        *("worldscientific.com", "annualreviews.org", "mitpressjournals.org", "nejm.org"),
        *("ahajournals.org", "liebertpub.com", "degruyter.com", "emerald.com", "aip.scitation.org"),
        *("drops.dagstuhl.de", "pubs.aip.org", "journals.uchicago.edu", "physiology.org"),
        *("ascopubs.org", "jstor.org", "wiley.com", "sciencemag.org", "arc.aiaa.org"),
        *("ascelibrary.org", "journals.asm.org", "embopress.org", "rupress.org"),
        *("journals.ametsoc.org", "psycnet.apa.org", "chemrxiv.org", "techrxiv.org"),
        *("essopenarchive.org", "authorea.com", "thieme-connect.de"),
        *("thieme-connect.com", "pubs.geoscienceworld.org", "genome.org"),
        *("dlnext.acm.org", "nowpublishers.com", "direct.mit.edu", "bmj.com", "cambridge.org"),
    )
)
# Publishers of journals and proceedings at whose own sites papers are; subdomains count as well.
PUBLISHERS = frozenset(
    (
        *("dl.acm.org", "ieeexplore.ieee.org", "computer.org", "link.springer.com", "nature.com"),
        *("sciencedirect.com", "cell.com", "thelancet.com", "onlinelibrary.wiley.com", "pnas.org"),
        *("science.org", "sciencemag.org", "tandfonline.com", "journals.sagepub.com", "mdpi.com"),
        *("academic.oup.com", "cambridge.org", "direct.mit.edu", "mitpressjournals.org", "bmj.com"),
        *("biomedcentral.com", "springeropen.com", "frontiersin.org", "journals.plos.org"),
        *("elifesciences.org", "peerj.com", "hindawi.com", "pubs.acs.org", "pubs.rsc.org"),
        *("journals.aps.org", "link.aps.org", "pubs.aip.org", "aip.scitation.org", "nejm.org"),
        *("iopscience.iop.org", "aanda.org", "royalsocietypublishing.org", "annualreviews.org"),
        *("epubs.siam.org", "pubsonline.informs.org", "worldscientific.com", "degruyter.com"),
        *("emerald.com", "nowpublishers.com", "liebertpub.com", "ahajournals.org", "jmir.org"),
        *("journals.uchicago.edu", "physiology.org", "ascopubs.org", "ascelibrary.org"),
        *("arc.aiaa.org", "journals.asm.org", "embopress.org", "rupress.org", "genome.org"),
        *("journals.ametsoc.org", "psycnet.apa.org", "thieme-connect.de", "thieme-connect.com"),
        *("pubs.geoscienceworld.org", "jamanetwork.com", "karger.com", "iospress.com"),
        *("content.iospress.com", "projecteuclid.org", "ems.press", "ams.org", "msp.org"),
    )
)
PREPRINT_SITES = frozenset(("biorxiv.org", "medrxiv.org"))
HELD_DOI = re.compile(r"/(10\.\d{4,9}(?:\.\d+)*/.+)", re.ASCII)
PREPRINT_DOI = re.compile(r"(10\.1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8})(?:[v.].*)?", re.ASCII)
PREPRINT_EARLY = re.compile(
    r"/content/(?:\w+/)?early/\d{4}/\d\d/\d\d/((?:\d{4}\.\d\d\.\d\d\.)?\d{6,8})(?:[v.].*)?",
    re.ASCII,
)

# Host, what its path and query look like, and the DOI that it holds by the publisher's rule.
RULES_FOR_DOIS: tuple[tuple[str, str, str], ...] = (
    ("nature.com", r"/articles/([\w.\-]+?)(?:\.e?pdf)?(?:/.*)?", "10.1038/{0}"),
    (
        "nature.com",
        r"/[\w\-]+/journal/v\w+/n\w+/(?:full|abs|pdf|extref)/([\w.\-]+?)\.(?:html|pdf)",
        "10.1038/{0}",
    ),
    ("elifesciences.org", r"/(?:articles/|content/\d+/e)(\d{5,6})(?:v\d+)?(?:[./].*)?",
     "10.7554/elife.{0}"),
    ("peerj.com", r"/articles/cs-(\d+)(?:[./].*)?", "10.7717/peerj-cs.{0}"),
    ("peerj.com", r"/articles/(\d+)(?:[./].*)?", "10.7717/peerj.{0}"),
    ("hindawi.com", r"/journals/\w+/(\d{4})/(\d+)/?", "10.1155/{0}/{1}"),
    ("papers.ssrn.com", r"/sol3/(?:papers|delivery)\.cfm.*[?&]abstract_?id=(\d+)(?:&.*)?",
     "10.2139/ssrn.{0}"),
    ("papers.ssrn.com", r"/(?:sol3/papers\.cfm/)?abstract=(\d+)", "10.2139/ssrn.{0}"),
    ("psyarxiv.com", r"/([a-z\d]{5})(?:/.*)?", "10.31234/osf.io/{0}"),
    ("osf.io", r"/preprints/psyarxiv/([a-z\d]{5})(?:_v\d+)?(?:/.*)?", "10.31234/osf.io/{0}"),
    ("osf.io", r"/preprints/socarxiv/([a-z\d]{5})(?:_v\d+)?(?:/.*)?", "10.31235/osf.io/{0}"),
    ("aanda.org", r"/articles/aa/\w+/\d{4}/\d\d/aa(\d{5})-(\d\d)(?:/.*|\.\w+)?",
     "10.1051/0004-6361/20{1}{0}"),
    ("jmir.org", r"/\d{4}/\d+/e(\d+)(?:/.*)?", "10.2196/{0}"),
    ("pubs.rsc.org", r"/\w\w/content/article\w+/\d{4}/\w\w/([a-z]\d[a-z]{2}\d{5}[a-z])(?:/.*)?",
     "10.1039/{0}"),
    ("ssrn.com", r"/abstract=(\d+)", "10.2139/ssrn.{0}"),
    ("zenodo.org", r"/records?/(\d+)(?:/.*)?", "10.5281/zenodo.{0}"),
    ("ijcai.org", r"/proceedings/(201[7-9]|202\d)/0*(\d+)(?:\.pdf)?", "10.24963/ijcai.{0}/{1}"),
)  # fmt: skip

# Host, what its path and query look like, and the normal form of the address.
RULES_FOR_PAGES: tuple[tuple[str, str, str], ...] = (
    ("ieeexplore.ieee.org", r"(?:/abstract)?/document/0*(\d+)(?:[/?].*)?",
     "ieeexplore.ieee.org/document/{0}"),
    ("ieeexplore.ieee.org", r"/(?:xpls?|stamp)/\w+\.jsp\?(?:.*&)?arnumber=0*(\d+)(?:&.*)?",
     "ieeexplore.ieee.org/document/{0}"),
    ("ieeexplore.ieee.org", r"/ielx?\d/\d+/\d+/0*(\d+)\.pdf(?:\?.*)?",
     "ieeexplore.ieee.org/document/{0}"),
    ("proceedings.mlr.press", r"/(v\d+|r\d+)/([\w\-]+?)(?:\.html|\.pdf|/[\w\-]+\.pdf)?/?",
     "proceedings.mlr.press/{0}/{1}.html"),
    ("jmlr.org", r"/proceedings/papers/(v\d+)/([\w\-]+?)(?:\.html|\.pdf|/[\w\-]+\.pdf)?",
     "proceedings.mlr.press/{0}/{1}.html"),
    ("jmlr.org", r"/papers/v(?:olume)?(\d+)/([\w\-]+?)(?:\.html|\.pdf|/[\w\-]+\.pdf)?",
     "jmlr.org/papers/v{0}/{1}.html"),
    ("papers.nips.cc",
     r"(?:/paper_files)?/paper/(\d{4})/(?:hash|file)/([0-9a-f]{32})-\w+?((?:-\w+)?)\.\w+",
     "papers.nips.cc/paper/{0}/hash/{1}-Abstract{2}.html"),
    ("papers.nips.cc",
     r"/paper/(\d{1,5}(?:-[\w\-]+?)?)(?:-(?:supplemental|reviews|metadata|bibtex))?(?:\.\w+)?",
     "papers.nips.cc/paper/{0}"),
    ("raw.githubusercontent.com", r"/mlresearch/(v\d+)/\w+/assets/([\w\-]+)/[\w\-]+\.pdf",
     "proceedings.mlr.press/{0}/{1}.html"),
    ("openaccess.thecvf.com",
     r"/(content[\w\-]*(?:/[\w\-]+)*)/(?:html|papers|supplemental)/([\w\-.]+?)"
     r"_(?:paper|supplemental)\.(?:html|pdf|zip)",
     "openaccess.thecvf.com/{0}/html/{1}_paper.html"),
    ("sciencedirect.com", r"/science/article/(?:abs/)?pii/([sb][0-9x]{16})(?:/.*)?",
     "sciencedirect.com/science/article/pii/{0}"),
    ("linkinghub.elsevier.com", r"/retrieve/pii/([sb][0-9x]{16})(?:/.*)?",
     "sciencedirect.com/science/article/pii/{0}"),
    ("usenix.org", r"/conference/([\w\-]+)/(?:technical-sessions/)?presentation/([\w\-]+)",
     "usenix.org/conference/{0}/presentation/{1}"),
    ("pubmed.ncbi.nlm.nih.gov", r"/(\d{1,9})/?", "pubmed.ncbi.nlm.nih.gov/{0}"),
    ("ncbi.nlm.nih.gov", r"/(?:m/)?pubmed/(?:\?(?:.*&)?term=)?(\d{1,9})(?:[/?&].*)?",
     "pubmed.ncbi.nlm.nih.gov/{0}"),
    ("pubmed.ncbi.nlm.nih.gov", r"/\?(?:.*&)?term=(\d{1,9})(?:&.*)?",
     "pubmed.ncbi.nlm.nih.gov/{0}"),
    ("pubmed.gov", r"/(\d{1,9})/?", "pubmed.ncbi.nlm.nih.gov/{0}"),
    ("europepmc.org", r"/(?:article|abstract)/med/(\d{1,9})", "pubmed.ncbi.nlm.nih.gov/{0}"),
    ("ncbi.nlm.nih.gov", r"/pmc/articles/(pmc\d+)(?:/.*)?",
     "pmc.ncbi.nlm.nih.gov/articles/{0:upper}"),
    ("pmc.ncbi.nlm.nih.gov", r"/articles/(pmc\d+)(?:/.*)?",
     "pmc.ncbi.nlm.nih.gov/articles/{0:upper}"),
    ("europepmc.org", r"/(?:articles|article/pmc|abstract/pmc)/(pmc\d+)(?:/.*)?",
     "pmc.ncbi.nlm.nih.gov/articles/{0:upper}"),
    ("ojs.aaai.org", r"/index\.php/(\w+)/article/(?:view|download)/(\d+)(?:/\d+)*",
     "ojs.aaai.org/index.php/{0}/article/view/{1}"),
    ("aaai.org", r"(?:/ocs)?/index\.php/(\w+)/(\w+)/paper/(?:view\w*|download)/(\d+)(?:/\d+)?",
     "aaai.org/ocs/index.php/{0}/{1}/paper/view/{2}"),
    ("eprint.iacr.org", r"/(\d{4}/\d{3,4})(?:\.pdf)?", "eprint.iacr.org/{0}"),
    ("semanticscholar.org", r"/(?:paper|reader)/(?:[^/]+/)?([0-9a-f]{40})(?:[/?].*)?",
     "semanticscholar.org/paper/{0}"),
    ("semanticscholar.org", r"/graph/v1/paper/([0-9a-f]{40})(?:[/?].*)?",
     "semanticscholar.org/paper/{0}"),
    ("pdfs.semanticscholar.org", r"/([0-9a-f]{4})/([0-9a-f]{36})\.pdf",
     "semanticscholar.org/paper/{0}{1}"),
    ("semanticscholar.org", r"/(?:\w+/)*corpusid:(\d+)", "api.semanticscholar.org/CorpusID:{0}"),
    ("inspirehep.net", r"/(?:api/)?(?:literature|record)/(\d+)(?:[/?].*)?",
     "inspirehep.net/literature/{0}"),
    ("researchsquare.com", r"/article/(rs-\d+)(?:/.*)?", "researchsquare.com/article/{0}"),
    ("preprints.org", r"/manuscript/(\d{6}\.\d{4})(?:/.*)?", "preprints.org/manuscript/{0}"),
    ("f1000research.com", r"/articles/(\d+-\d+)(?:/.*)?", "f1000research.com/articles/{0}"),
    ("eccc.weizmann.ac.il", r"/(?:eccc-reports|report)/(\d{4})/(?:TR\d\d-)?0*(\d+)(?:/.*)?",
     "eccc.weizmann.ac.il/report/{0}/{1}"),
    ("distill.pub", r"/(\d{4})/([\w\-]+)(?:/(?:index\.html)?)?", "distill.pub/{0}/{1}"),
    ("academic.oup.com", r"/([\w\-]+)/article(?:-abstract)?/(\d[^?]*?)/?(?:\?.*)?",
     "academic.oup.com/{0}/article/{1}"),
    ("mdpi.com", r"/(\d{4}-\d{3}[\dx]/\d+/\d+/\d+)(?:/(?:htm|pdf|xml)?)?", "mdpi.com/{0}"),
    ("isca-archive.org", r"(/.+?)\.(?:html|pdf)", "isca-archive.org{0}.html"),
    ("dl.acm.org", r"/(?:citation|ft_gateway)\.cfm\?(?:.*&)?id=(?:\d+\.)?(\d+)(?:&.*)?",
     "dl.acm.org/citation.cfm?id={0}"),
    ("hal.science", r"/(?:[\w-]+/)?([a-z]+-\d{6,9})(?:v\d+)?(?:/.*)?", "hal.science/{0}"),
    ("jstor.org", r"/stable/(?:pdf/)?(\d+)(?:\.pdf)?", "jstor.org/stable/{0}"),
)  # fmt: skip
# Host, what the path of a paper's page looks like, and the path of its PDF there.
RULES_FOR_PDFS: tuple[tuple[str, str, str], ...] = (
    ("papers.nips.cc",
     r"(?:/paper_files)?/paper/(\d{4})/hash/([0-9a-f]{32})-Abstract((?:-[\w-]+)?)\.html",
     "/paper/{0}/file/{1}-Paper{2}.pdf"),
    ("papers.nips.cc", r"/paper/(\d{1,5}-[\w\-]+)", "/paper/{0}.pdf"),
    ("openaccess.thecvf.com", r"/(content[\w\-]*(?:/[\w\-]+)*)/html/([\w\-.]+?_paper)\.html",
     "/{0}/papers/{1}.pdf"),
)  # fmt: skip
# Hosts that show the same pages as another one.
SAME_HOSTS = {
    "proceedings.neurips.cc": "papers.nips.cc",
    "papers.neurips.cc": "papers.nips.cc",
    "books.nips.cc": "papers.nips.cc",
    "jmlr.csail.mit.edu": "jmlr.org",
    "portal.acm.org": "dl.acm.org",
    "hal.inria.fr": "hal.science",
    "api.semanticscholar.org": "semanticscholar.org",
    "s2.api.semanticscholar.org": "semanticscholar.org",
    "downloads.hindawi.com": "hindawi.com",
    "isca-speech.org": "isca-archive.org",
}
# HAL has a host for each of its collections.
HAL_SITES = (".hal.science", ".archives-ouvertes.fr")
# Cell Press and the Lancet write an Elsevier article's number with its signs.
WRITTEN_PII = re.compile(r"([SB][\dX]{4}-[\dX]{4}\(\d\d\)\d{5}-[\dX])", re.ASCII)
PII_SITES = frozenset(("cell.com", "thelancet.com"))
# What only says how a reader came to a page.
TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref|source|via|share|from|casa_token|download|needaccess"
    r"|journalcode|context)",
    re.IGNORECASE,
)
