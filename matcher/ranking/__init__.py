"""In what order do partners stand? The face is rank.py."""
