"""Drafts of letters, made from the proof of a matter: memo, objection, motion, refusal, clarification."""
