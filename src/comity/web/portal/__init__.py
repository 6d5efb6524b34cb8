"""The portal: where authorities file, an application of its own that can do nothing else.

It shares no session, cookie or page with the desk, opens no registry, no key, no account and no record, and reaches the
office through two trays alone (`desk/trays.py`).
"""
