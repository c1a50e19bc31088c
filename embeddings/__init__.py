"""Text to vector, vector to nearest: knows languages and similarity, nothing of consortia."""
