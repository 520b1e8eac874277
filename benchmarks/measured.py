"""`python -m benchmarks.measured COMMAND ...`: runs a command, and prints what it took as the last line on stderr.

In a process of its own, and one that holds little: the system counts the memory of whoever starts a process as that of
the process.
"""

import json
import os
import subprocess
import sys


def main() -> int:
    """Runs the command; returns its exit code."""
    process = subprocess.Popen(sys.argv[1:])  # noqa: S603  our own connector
    _, status, usage = os.wait4(process.pid, 0)
    seconds = usage.ru_utime + usage.ru_stime
    print(json.dumps({"processor_seconds": seconds, "peak_memory": usage.ru_maxrss}), file=sys.stderr)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
