"""What tests read: pictures, records, notes, feeds, the cases of the dialect."""
