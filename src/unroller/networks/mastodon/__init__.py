"""Mastodon and every server that speaks like it, by the Mastodon API or by ActivityPub.

What posts say is read by html (markup), parse (the Mastodon API) and notes (ActivityPub).
"""
