"""Counts of requests for the rate limits: in this process, or shared through the database."""
