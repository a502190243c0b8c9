"""What the server costs: start and memory, writes of many clients, what nobody asked for yet."""
