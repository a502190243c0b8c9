"""What identifiers and addresses of papers mean: the only grammar of each.

`identifiers` has their forms, `orcid` that of persons; `sites` reads addresses at publishers and
archives, by the table in `site_forms`, also behind a library's `proxies`; `parsing` reads whatever
names a paper, `mentions` finds the identifiers that stand in a longer text, and `addresses` is the
way back. A pure leaf: every layer may import it, and it imports nothing of `app` but itself.
"""
