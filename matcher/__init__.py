"""Outline to candidates to consortia to reasons: what Konsort exists for."""
