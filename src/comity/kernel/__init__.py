"""The kernel: what comity decides and proves. Pure, standard library only; a room imports only rooms above it here.

words        truth (yes, no, unknown), terms, conditions, proofs
ledger       Merkle tree, checkpoints, inclusion and consistency proofs
estate       entities, ownership, control, sites, stores, keys
law          rules, questions, answers, courts; the law as read on a day in a court
demand       what was asked, by whom, under which instrument; findings on its authenticity
decision     facts and a reading of the law → verdict, proof, open points, objections, duties, channels
matter       events folded to a state; standing; deadlines
gate         may this leave? Release or Refusal
collection   the exact scope: which items are in, which are out, and why
production   manifest, hashes, order, seal; check of a finished production
notice       who must be told, when; delay and secrecy orders
report       counting, bands, small-number rules, tables

Two rooms have chambers of their own, which only they and those above them use. Under law lie `rule` (one sentence of
law), `courts` (who stands above whom) and `clock` (how a time limit is counted), under decision `reason` (one rule
applied to the facts).
"""
