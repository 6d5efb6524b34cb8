"""What comes in: a written demand (TOML, JSON) or a paper (PDF, text) → the kernel's `Demand`, or why not.

A written demand is read strictly, every fault at once (`form.read_demand`). A paper is only ever read into a `Proposal`
(`detect.read_paper`, `warrant.propose`): values with the passages they came from; a person makes a demand of it
(`confirm.confirm`).
"""
