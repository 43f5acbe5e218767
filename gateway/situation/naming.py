"""The names of situations: an organisation names its own, and all of them begin with its name.

So nobody can learn that a situation exists by trying to publish another one under its name.
"""

import hashlib
import secrets
from collections.abc import Iterable

from gateway.situation.bilingual import Bilingual

_OF_ORGANISATION = 40
"""Characters of the organisation's name: the rest of the 63 that a name may have is for the situation's own."""


def prefix_of(organisation: str) -> str:
    """Return what the names of an organisation's situations begin with."""
    return f"{organisation[:_OF_ORGANISATION].rstrip('-')}-"


def is_own_name(name: str, organisation: str, organisations: Iterable[str]) -> bool:
    """Return whether an organisation may give a situation this name; `cap-nord-1` is one of `cap-nord`, not of `cap`."""
    found = [prefix for one in organisations if name.startswith(prefix := prefix_of(one))]
    return max(found, key=len, default="") == prefix_of(organisation)


def name_refused(organisation: str) -> Bilingual:
    """Return why an organisation may not use a name, whether or not there is such a situation."""
    prefix = prefix_of(organisation)
    return Bilingual(
        f"the ids of {organisation} begin with '{prefix}', and with no longer name of another organisation",
        f"gli id di {organisation} iniziano con '{prefix}', e non con il nome più lungo di un'altra organizzazione",
    )


def made_name(organisation: str, request: str | None = None) -> str:
    """Return a name for a situation; that of a request is the same when it comes again."""
    if request is None:
        return f"{prefix_of(organisation)}{secrets.token_hex(4)}"
    return f"{prefix_of(organisation)}{hashlib.blake2b(request.encode(), digest_size=4, person=b'situation').hexdigest()}"
