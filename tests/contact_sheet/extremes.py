"""A library of extremes: what is long, wide, crowded, empty, and written in other scripts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.models import User
from app.services import votes
from tests.helpers.factories import make_paper, make_summary, make_user

LONG_NAME = "Maria-Magdalena von und zu Hohenlohe-Waldenburg-Schillingsfürst Übermäßig"
LONG_TAGS = ("representation learning of graphs", *(f"a tag with number {n}" for n in range(7)))
CROWDED = "conf/extreme/Crowded20"
LONG_TITLE = "conf/extreme/Title19"
TITLE = (
    "Towards a Unified Understanding of Extremely Long Titles of Scientific Papers, Which Began "
    "as a Joke in a Reading Group and Ended, After Eleven Rounds of Review, as a Study of "
    "Hyperparametrisierungsverfahrensvergleichsstudien with $\\mathcal{O}(n^2 \\log n)$ Words, "
    "Including One Without Any Space: pneumonoultramicroscopicsilicovolcanoconiosisandmore, and "
    "of What Their Readers Remember of Them"
)
WIDE = "\n\n".join(
    (
        "# Wide things\n\nA formula, a table and code that are wider than the column:",
        "$$\n"
        + " + ".join(f"\\frac{{x_{{{n}}}^{{2}}}}{{\\sigma_{{{n}}}}}" for n in range(30))
        + "\n$$",
        "| "
        + " | ".join(f"column {n}" for n in range(14))
        + " |\n|"
        + "---|" * 14
        + "\n| "
        + " | ".join(f"{n / 7:.5f}" for n in range(14))
        + " |",
        "```python\n"
        + "result = "
        + " + ".join(f"function_{n}(argument)" for n in range(12))
        + "\n```",
        "https://example.org/" + "a-very-long-path-without-any-end/" * 6,
    )
)
FORMULAS = "\n\n".join(
    f"Step {n}:\n\n$$\n\\sum_{{k=1}}^{{{n}}} \\int_0^{{\\infty}} e^{{-k x^2}} \\, dx"
    f" = \\frac{{\\sqrt{{\\pi}}}}{{2}} \\sum_{{k=1}}^{{{n}}} \\frac{{1}}{{\\sqrt{{k}}}}\n$$"
    for n in range(1, 41)
)
ARABIC = (
    "# الفكرة\n\nهذا ملخص قصير لورقة بحثية عن **الشبكات العصبية** مع صيغة $E = mc^2$ في السطر.\n\n"
    "| النموذج | الدقة |\n|---|---|\n| الأول | 59.9 |\n| الثاني | 69.9 |\n\n- أولا\n- ثانيا"
)
CHINESE = (
    "# 主要思想\n\n本文提出了一种**残差学习**框架，使网络的训练更加容易。\n\n"
    "损失函数为 $L = -\\sum_i y_i \\log p_i$。\n\n"
    "> 深度是关键。\n\n1. 更深的网络更难训练\n2. 残差连接解决了这个问题"
)
JAPANESE = (
    "この論文は、**注意機構**だけで系列変換を行うモデルを提案する。再帰も畳み込みも使わない。"
)
PARAGRAPH = (
    "Each of these paragraphs says the same, so that a text becomes as long as one may be: it has "
    "some *emphasis*, a formula $f(x) = \\max(0, x)$, and a [link](/paper/conf/extreme/Crowded20). "
)


def fill(session: Session, writer: User) -> None:
    """Fill a library; the caller commits."""
    crowded = make_paper(
        session,
        CROWDED,
        "An Extreme Collaboration",
        authors=tuple(f"Author Number {n}" for n in range(1, 301)),
        venue="Conference on Extremes",
        venue_key="conf/extreme",
        year=2020,
        section="phys",
        doi="10.1000/extreme.2020",
        arxiv_id="2001.00001",
        abstract="An abstract of one sentence, with $x \\in \\mathbb{R}^n$.",
        keywords="extremes, sizes, scripts",
    )
    title = make_paper(session, LONG_TITLE, TITLE, authors=("Zoë Ångström",), year=2019)
    for number in range(9):
        others = make_user(session, f"writer{number}", f"Writer {number}")
        summary = make_summary(
            session,
            crowded,
            others,
            f"Summary {number}. " + PARAGRAPH * 2,
            takeaway=f"Takeaway number {number}.",
            anonymous=number == 3,
        )
        for voter in range(number):
            votes.cast_vote(session, make_user(session), summary.id, 1 if voter % 3 else -1)
    make_summary(
        session, crowded, writer, WIDE, tags=LONG_TAGS, takeaway="A takeaway " + "so long " * 23
    )
    sixty_four = "\n\n".join([PARAGRAPH] * (63_000 // len(PARAGRAPH.encode())))
    text = f"# A long text\n\n{sixty_four}"
    make_summary(session, title, writer, text, takeaway="It goes on and on.")
    _fill_scripts(session)


def _fill_scripts(session: Session) -> None:
    texts = (
        (
            "Arabic21",
            "الشبكات العصبية العميقة للتعرف على الصور",
            "أحمد حسن",
            ARABIC,
            "ملخص في جملة واحدة.",
        ),
        (
            "Chinese16",
            "用于图像识别的深度残差学习",
            "何恺明",
            CHINESE,
            "残差连接让很深的网络可以训练。",
        ),
        ("Japanese17", "注意こそすべて", "山田 太郎", JAPANESE, ""),
        (
            "Formulas12",
            "Forty Formulas",
            "Emmy Noether",
            FORMULAS,
            "$\\sum_k k^{-1/2}$ forty times.",
        ),
        ("Markup22", "<script>alert(1)</script> & “quotes”", "Bobby Tables", "Two words.", ""),
    )
    for key, title, author, text, takeaway in texts:
        paper = make_paper(session, f"conf/extreme/{key}", title, authors=(author,), year=2021)
        user = make_user(session, key.lower(), author)
        make_summary(session, paper, user, text, takeaway=takeaway)
