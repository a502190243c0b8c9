"""The house itself: layers, docs, schema, counts and plans of queries, twins."""
