"""The desk in a browser: one page a room, server-rendered. No rule of law stands here; everything is asked of the desk.

serve     a socket, a link for each person, and the end of it
app       which address leads to which page
guard     what no request passes without: the right host, the right origin, the headers of every answer
doors     who is who: links, sessions, forms that act once
house     one office, opened for many requests
pages     templates and the words and dates in them
inbox, matter, acts, law, office    the rooms
"""
