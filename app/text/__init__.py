"""Rules for plain texts, pure: what they say in one form, whoever wrote them."""
