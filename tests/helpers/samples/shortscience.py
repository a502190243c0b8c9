"""A feed as ShortScience.org wrote it."""

from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:shortscience="http://www.shortscience.org">\n<channel>\n'
)
ITEM = """<item>
<shortscience:arxivid>1506.01497</shortscience:arxivid>
<shortscience:bibtexkey>conf/nips/RenHGS15</shortscience:bibtexkey>
<shortscience:votes>7</shortscience:votes>
<title>Faster R-CNN: Towards Real-Time Object Detection &amp; more</title>
<author>Martin Thoma</author>
<description><![CDATA[## Idea
It shares $W$ & more.
]]></description>
<link>http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#martinthoma</link>
<guid>http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#martinthoma</guid>
<pubDate>Mon, 09 May 2016 12:11:41 -0700</pubDate>
</item>
"""
TAIL = "</channel></rss>"
