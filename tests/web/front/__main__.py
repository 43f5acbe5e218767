"""Check the types of the pages' sources: `python -m tests.web.front`, a part of `make check`."""

import sys

from tests.web.front import check_types

try:
    check_types()
except AssertionError as problems:
    sys.exit(str(problems))
print("The sources of the web pages are well typed.")
