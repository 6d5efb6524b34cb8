"""Who can compel what, over every account: accounts are gathered into classes, and each class is decided once."""
