"""`python -m firmware_tools` is the command `firmware`."""

from firmware_tools.cli import main

if __name__ == "__main__":
    main()
