from __future__ import annotations

import pytest

from app.sources.name_lists import parse_names, write_name
from app.text.signs import mend_signs
from app.text.tex import escape_signs, plain


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Meaning\x97behavioral data on \x93theta\x94", "Meaning—behavioral data on “theta”"),
        ("O\x92Neil \x85 \x80 5", "O’Neil … € 5"),
        ("Erik FransÃ©n", "Erik Fransén"),
        ("RistÃ¶ NÃ¤Ã¤tÃ¤nen", "Ristö Näätänen"),
        ("Ã–zkan", "Özkan"),
        ("PaweÅ‚ Å\x81oÅ›", "Paweł Łoś"),
        ("Å\xa0koda and Å½iÅ¾ek", "Škoda and Žižek"),
        ("KuneÅ¡ and PapiÄ‡", "Kuneš and Papić"),
        ("itâ€™s a â€œtestâ€\x9d â€“ and â€¦", "it’s a “test” – and …"),
        ("25 Â°C Â± 2 Î¼m", "25 °C ± 2 μm"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("å›¾åƒ\x8f", "图像"),
        ("ï¬\x81rst", "ﬁrst"),
    ],
)
def test_signs_are_what_their_writer_meant(read: str, meant: str) -> None:
    assert mend_signs(read) == meant
    assert mend_signs(meant) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("Fransén", "naïve café", "Łódź", "Úžasný Ýžový Ôš", "„Ä“ und „Ö“", "«CAFÉ»…", "“AMANHÔ"),
        *("A–Ä–Ö–Ü", "É™", "É… bien", "20 °C ± 5 µm × 3", "© 2020 ® ½ ¿", "Größe ߚ ß² Ô²", "ÀÉÎÕÜ"),
        *("ﬁrst", "Привет", "图像识别", "Ångström", "Århus", "SÃO PAULO", "MANHÃ", "e\u0301"),
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert mend_signs(text) == text


@pytest.mark.parametrize("name", ["Î§", "Ã©", "PaweÅ‚ Ã–zkan"])
def test_what_was_kept_so_is_written_so(name: str) -> None:
    assert plain(escape_signs(name)) == name
    assert parse_names(write_name(name)).names == (name,)
