from __future__ import annotations

import resource
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Paper, Picture, PictureUse, User
from app.queries.pictures import find_visible_picture
from app.services.pictures import encoding, files, uploads
from app.services.pictures.files import encode
from app.services.pictures.storage import make_picture_path
from app.services.refusals import Refusal
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.factories import (
    make_paper,
    make_summary,
    make_user,
    publish,
    put_on_list,
    save_draft,
)
from tests.helpers.samples.crafted_pictures import saved
from tests.helpers.samples.pictures import BAD, SOURCES, bad, drawing, photo, source


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_what_is_kept_is_kept_the_same_again(name: str) -> None:
    first = encode(source(name))
    again = encode(first.content)
    assert again == first
    image = Image.open(BytesIO(first.content))
    assert image.format == {"png": "PNG", "jpg": "JPEG"}[first.extension]
    assert (image.width, image.height) == (first.width, first.height)
    assert image.width <= encoding.MAX_WIDTH
    assert image.height <= encoding.MAX_HEIGHT


@pytest.mark.slow
def test_photographs_are_small_and_drawings_exact() -> None:
    for name in ("photograph as PNG", "photograph", "large photograph"):
        kept = encode(source(name))
        assert (kept.extension, len(kept.content) < 700_000) == ("jpg", True), name
    exact = Image.open(BytesIO(encode(source("drawing")).content))
    assert exact.tobytes() == drawing().tobytes()
    assert Image.open(BytesIO(encode(source("transparent")).content)).mode == "RGBA"


def test_where_it_was_taken_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secretcamera"
    exif[0x0112] = 6  # lies on its side
    jpeg = saved(photo(9, 300, 200), "JPEG", exif=exif, comment=b"Secretcamera")
    kept = encode(jpeg)
    assert (kept.width, kept.height) == (200, 300)
    info = PngImagePlugin.PngInfo()
    info.add_text("Secretcamera", "here", zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<x>Secretcamera</x>")
    for file in (kept, encode(saved(drawing(), pnginfo=info, exif=exif))):
        assert b"Secretcamera" not in file.content
        image = Image.open(BytesIO(file.content))
        image.load()
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    data = bad(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refusal) as caught:
        encode(data)
    assert caught.value.field == "picture"
    # kB; the bombs above would take 300 MB and more.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_file_that_is_also_a_page_loses_that() -> None:
    page = b"<script>alert(1)</script>"
    assert page not in encode(source("GIF") + page).content
    assert page not in encode(source("drawing") + page).content


@pytest.fixture
def ann(session: Session) -> User:
    return make_user(session, "ann")


def keep(session: Session, user: User, data: bytes = b"") -> Picture:
    found = uploads.store_picture(session, user, data or source("drawing"))
    session.commit()
    return found


def folder(session: Session) -> Path:
    found: Path = session.info["data_dir"]
    return found


def test_the_same_picture_is_kept_once_until_a_text_shows_it(session: Session, ann: User) -> None:
    first = keep(session, ann)
    path = make_picture_path(folder(session), first.name)
    assert path.read_bytes() == encode(source("drawing")).content
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    assert keep(session, ann).name == first.name
    assert path.is_file()
    assert keep(session, make_user(session)).name != first.name
    summary = make_summary(session, user=ann, source=uploads.format_picture_markdown(first, ""))
    second = keep(session, ann)
    assert second.name != first.name
    again = uploads.store_picture(session, ann, source("drawing"), within=summary)
    assert again.name == first.name
    # Also when it shows it no more: earlier versions do.
    publish(session, ann, session.get_one(Paper, summary.paper_id), source="Without.")
    assert uploads.store_picture(session, ann, source("drawing")).name == second.name


def test_there_is_a_limit(session: Session, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(session, ann)
    monkeypatch.setattr(uploads, "MAX_PICTURES", 1)
    keep(session, ann)  # the same one again takes no room
    with pytest.raises(Refusal, match="reached the limit"):
        keep(session, ann, source("grey"))
    session.rollback()
    keep(session, make_user(session), source("grey"))


def test_a_full_disk_is_said(session: Session, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Refusal, match="no space left"):
        keep(session, ann)
    session.rollback()
    assert session.scalars(select(Picture)).all() == []


def test_alternative_text_cannot_break_out(session: Session, ann: User) -> None:
    picture = keep(session, ann)
    made = uploads.format_picture_markdown(picture, "a] (b)\n[c](d) \\ e" + "x" * 400)
    assert made.startswith("![a\\] (b) \\[c\\](d) \\\\ e")
    assert made.endswith(f"](/pictures/{picture.name})")
    assert uploads.find_picture_names(made) == [picture.name]
    assert len(made) < 400


def test_what_a_picture_shows_is_kept_with_it(session: Session, ann: User) -> None:
    picture = uploads.store_picture(session, ann, source("drawing"), alt=" Two\nboxes ")
    assert uploads.format_picture_markdown(picture) == f"![Two boxes](/pictures/{picture.name})"
    assert uploads.copy_picture(session, ann, picture).alt == "Two boxes"
    assert uploads.store_picture(session, ann, source("drawing")).alt == "Two boxes"
    assert uploads.store_picture(session, ann, source("drawing"), alt="Boxes").alt == "Boxes"


def test_names_in_a_text() -> None:
    name = "A" * 21 + "_.png"
    text = f"![a](/pictures/{name}) https://x.org/pictures/{name} /pictures/{name}x /pictures/b.png"
    assert uploads.find_picture_names(text) == [name]


def test_who_sees_a_picture(session: Session, ann: User) -> None:
    picture = keep(session, ann)
    other = make_user(session)
    paper = make_paper(session)
    text = uploads.format_picture_markdown(picture, "A")
    # Somebody else's text does not open it.
    make_summary(session, paper, other, text)
    assert find_visible_picture(session, picture.name, ann) is not None
    for visibility, seen in (("private", False), ("unlisted", True), ("public", True)):
        publish(session, ann, paper, source=text, visibility=visibility)
        session.commit()
        for viewer in (None, other):
            assert (find_visible_picture(session, picture.name, viewer) is not None) is seen, (
                visibility
            )
    publish(session, ann, paper, source="Without it.")
    session.commit()
    assert find_visible_picture(session, picture.name, other) is None
    assert session.scalars(select(PictureUse)).all() == []


def age(session: Session, picture: Picture) -> None:
    begin_writing(session)
    picture.uploaded_at = now() - timedelta(days=2)
    session.commit()


def test_what_nothing_shows_goes_after_a_day(session: Session, ann: User) -> None:
    picture = keep(session, ann)
    assert sum(uploads.tidy(session)) == 0
    age(session, picture)
    assert sum(uploads.tidy(session, make_user(session).id)) == 0
    assert sum(uploads.tidy(session, ann.id)) == 1
    assert session.scalars(select(Picture)).all() == []
    assert not make_picture_path(folder(session), picture.name).exists()


def test_what_something_refers_to_stays(session: Session, ann: User) -> None:
    paper, other = make_paper(session), make_paper(session)
    shown, earlier, drafted, deleted, noted = (
        keep(session, ann, source(name)) for name in ("drawing", "grey", "palette", "GIF", "WebP")
    )
    for picture in (shown, earlier, drafted, deleted, noted):
        age(session, picture)
    publish(session, ann, paper, source=uploads.format_picture_markdown(earlier, ""))
    publish(session, ann, paper, source=uploads.format_picture_markdown(shown, ""))
    gone = publish(session, ann, other, source=uploads.format_picture_markdown(deleted, ""))
    delete_summary(session, gone)
    content = Content(uploads.format_picture_markdown(drafted, ""))
    save_draft(session, ann, other, content, base_revision=0, seen_version=0)
    session.commit()
    put_on_list(session, ann, other, notes=uploads.format_picture_markdown(noted, ""))
    assert sum(uploads.tidy(session)) == 0
    assert len(session.scalars(select(Picture)).all()) == 5


def test_files_without_a_row_go_too(session: Session, ann: User) -> None:
    import os

    stray = make_picture_path(folder(session), "B" * 22 + ".png")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    sum(uploads.tidy(session))
    assert stray.exists()  # somebody may be writing it now
    os.utime(stray, (0, 0))
    kept = keep(session, ann)
    os.utime(make_picture_path(folder(session), kept.name), (0, 0))
    sum(uploads.tidy(session))
    assert not stray.exists()
    assert make_picture_path(folder(session), kept.name).exists()


def test_removing_one(session: Session, ann: User) -> None:
    picture = keep(session, ann)
    paper = make_paper(session, title="The paper")
    make_summary(session, paper, ann, uploads.format_picture_markdown(picture, ""))
    with pytest.raises(Refusal, match="The paper"):
        uploads.remove_picture(session, ann, picture.name)
    session.rollback()
    make_summary(session, paper, ann, "Without.")
    content = Content("A draft with " + uploads.format_picture_markdown(picture, ""))
    save_draft(session, ann, paper, content, base_revision=2, seen_version=0)
    session.commit()
    with pytest.raises(Refusal, match="The paper"):
        uploads.remove_picture(session, ann, picture.name)
    session.rollback()
    assert uploads.remove_picture(session, make_user(session), picture.name) is None
