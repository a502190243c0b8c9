"""S6: a generated file of dblp's shape, the import of it, and what it is measured against."""
