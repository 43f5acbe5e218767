"""The program `gateway` on a machine whose clock a time server sets: `python -m tests.web.walk.synchronised COMMAND…`.

A container has no say in its kernel's clock, which would look unsynchronised for good; then no report is green.
"""

from gateway.cli import main
from gateway.host import clock

if __name__ == "__main__":
    clock.is_synchronised = lambda: True
    main()
