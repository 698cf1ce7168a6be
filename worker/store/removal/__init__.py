"""Takes documents out of the store: their texts, or their ties to Doccano."""
