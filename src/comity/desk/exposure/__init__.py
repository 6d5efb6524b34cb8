"""Who can compel what, over every account: the estate and the packs joined to the sweep, and what a cube answers."""
