"""What the browser sees: one blueprint per noun, forms, access helpers, feeds."""
