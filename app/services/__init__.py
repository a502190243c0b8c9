"""Every write: plain functions with plain arguments; one transaction, committed by the caller."""
