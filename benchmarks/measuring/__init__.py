"""What is measured while a recipe trains: time, tokens, memory, and the machine it runs on."""
