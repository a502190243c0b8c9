"""Pictures, players and media files from addresses that stand on a line of their own.

Nothing is asked of a third party before the reader asks for it, but for outside pictures: they
load when they come into view, and without telling where from.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement

from app.rendering.elements import add_tail

PICTURES = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)$", re.IGNORECASE)
MOVING = re.compile(r"\.(?:mp4|webm|ogv)$", re.IGNORECASE)
SOUND = re.compile(r"\.(?:mp3|ogg|oga|wav)$", re.IGNORECASE)
YOUTUBE_HOSTS = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com"}
    | {"www.youtube-nocookie.com"}
)
VIMEO_HOSTS = frozenset({"vimeo.com", "www.vimeo.com", "player.vimeo.com"})
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_PATH = re.compile(r"(?:/video|/channels/\w+)?/(\d{1,12})")
START = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,6})s?)?")
OUTSIDE = "ugc nofollow noopener"


def embed_media(root: Element) -> None:
    """Turns addresses on lines of their own into pictures and players, within a whole tree."""
    for parent in list(root.iter()):
        if parent.tag not in ("div", "blockquote", "li", "dd", "details"):
            continue
        children = list(parent)
        if any(child.tag == "p" and child.find("a[@bare]") is not None for child in children):
            parent[:] = [part for child in children for part in split_paragraph(child)]
    for picture in root.iter("img"):
        complete_picture(picture)


def split_paragraph(paragraph: Element) -> list[Element]:
    """Cuts a paragraph at the lines that are nothing but a medium's address."""
    children = list(paragraph)
    media = {}
    for place, child in enumerate(children):
        before = paragraph.text if place == 0 else children[place - 1].tail
        breaks = place > 0 and children[place - 1].tag == "br"
        starts = (before or "").rstrip(" ").endswith("\n") or (
            not (before or "").strip() and (place == 0 or breaks)
        )
        after = (child.tail or "").lstrip(" ")
        last = not after and place == len(children) - 1
        followed = place + 1 < len(children) and children[place + 1].tag == "br"
        ends = after.startswith("\n") or last or (not after and followed)
        if paragraph.tag == "p" and child.get("bare") and starts and ends:
            medium = build_medium(child.get("href", ""))
            if medium is not None:
                media[child] = medium
    return cut(paragraph, children, media) if media else [paragraph]


def cut(
    paragraph: Element, children: list[Element], media: dict[Element, Element]
) -> list[Element]:
    parts: list[Element] = []
    current = Element("p", dict(paragraph.attrib))
    current.text = paragraph.text
    for child in children:
        tail, child.tail = child.tail, None
        if child in media:
            parts += [current, media[child]]
            current = Element("p", dict(paragraph.attrib))
        elif child.tag != "br" or len(current) or (current.text or "").strip():
            current.append(child)
        add_tail(current, tail)
    parts.append(current)
    return [part for part in parts if part.tag != "p" or tidy(part)]


def tidy(paragraph: Element) -> bool:
    """Trims the line ends that a cut leaves; says whether anything stands in the paragraph."""
    if paragraph.find("a") is None and paragraph.text is not None and not len(paragraph):
        paragraph.text = paragraph.text.strip()
    elif paragraph.text:
        paragraph.text = paragraph.text.lstrip("\n ")
    if len(paragraph) and paragraph[-1].tag == "br" and not (paragraph[-1].tail or "").strip():
        del paragraph[-1]
    return bool(len(paragraph) or paragraph.text or paragraph.get("class"))


def build_medium(url: str) -> Element | None:
    """Returns the element for a picture, player or media file; None for any other address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    secure = parts._replace(scheme="https").geturl()
    if PICTURES.search(parts.path):
        return figure(secure)
    if MOVING.search(parts.path):
        return media_file("video", secure)
    if SOUND.search(parts.path):
        return media_file("audio", secure)
    if host in YOUTUBE_HOSTS or host == "youtu.be":
        return youtube(host, parts)
    if host in VIMEO_HOSTS and (found := VIMEO_PATH.fullmatch(parts.path)):
        return player("vimeo", "Vimeo", found[1], f"https://vimeo.com/{found[1]}", None)
    return None


def figure(url: str) -> Element:
    box = Element("figure", {"class": "picture"})
    link = SubElement(box, "a", {"href": url, "rel": OUTSIDE})
    SubElement(link, "img", {"src": url})
    return box


def media_file(tag: str, url: str) -> Element:
    box = Element("figure", {"class": "media"})
    SubElement(box, tag, {"controls": "", "preload": "none", "src": url})
    return box


def youtube(host: str, parts: SplitResult) -> Element | None:
    query = parse_qs(parts.query, max_num_fields=20)
    if host == "youtu.be":
        video = parts.path[1:]
    elif parts.path == "/watch":
        video = query.get("v", [""])[0]
    else:
        kind, _, video = parts.path[1:].partition("/")
        video = video if kind in ("embed", "v", "shorts", "live") else ""
    if not YOUTUBE_ID.fullmatch(video):
        return None
    start = seconds((query.get("t") or query.get("start") or [""])[0])
    url = f"https://www.youtube.com/watch?v={video}" + (f"&t={start}s" if start else "")
    return player("youtube", "YouTube", video, url, start)


def player(kind: str, name: str, video: str, url: str, start: int | None) -> Element:
    """Returns the place of a player.

    A script turns it into one when it is clicked.
    """
    box = Element("p", {"class": "player"})
    link = SubElement(box, "a", {"class": "player-link", "data-player": kind})
    link.attrib.update({"data-video": video, "href": url, "rel": OUTSIDE})
    if start:
        link.set("data-start", str(start))
    link.text = f"Play video on {name}"
    return box


def seconds(text: str) -> int | None:
    """Reads a start time: '90', '90s', '1m30s', '1h2m3s'."""
    found = START.fullmatch(text)
    if not found:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest or None


def complete_picture(picture: Element) -> None:
    """Gives a picture an https address, an alt text, and manners."""
    source = picture.get("src", "")
    if source.startswith("http://"):
        source = "https://" + source[len("http://") :]
        picture.set("src", source)
    if not picture.get("alt", "").strip():
        picture.set("alt", name_of(source))
    picture.attrib.update({"loading": "lazy", "decoding": "async"})
    picture.set("referrerpolicy", "no-referrer")


def name_of(url: str) -> str:
    """Returns a picture's file name in words, or 'Picture'."""
    try:
        name = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    except ValueError:
        return "Picture"
    words = re.sub(r"[\W_]+", " ", PICTURES.sub("", name)).strip()
    return words[:100] or "Picture"
