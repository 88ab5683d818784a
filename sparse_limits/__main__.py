"""`python -m sparse_limits` is the command `sparse-limits`."""

import sys

from sparse_limits.numerics.cli import main

sys.exit(main())
