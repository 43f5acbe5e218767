"""A repository over the uplink's broker, for gateways that have no other way out: files in pieces, each on request.

Gateways ask on `fetch` for a piece of a file, the centre answers on `piece`. Neither end remembers anything of the other: a piece that does
not come is asked for again.
"""
