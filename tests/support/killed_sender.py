"""`sending.send_waiting`, killed when it is about to send its nth command that changes something.

Usage: python -m tests.support.killed_sender N
"""

import sys

from pymongo import monitoring

from tenantry.identity.mail import sending
from tests.support.killed_command import Killer

if __name__ == "__main__":
    monitoring.register(Killer(int(sys.argv[1])))
    sending.send_waiting()
