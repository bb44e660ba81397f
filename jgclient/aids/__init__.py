"""What makes typing quick: look-ups, what follows from a choice, phrases, templates, many objects at once."""
