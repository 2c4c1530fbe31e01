# ruff: noqa - all of it is wrong on purpose, and never runs
# ruleid: client-of-any-address
import socket

# ruleid: client-of-any-address
import urllib.request

# ruleid: client-of-any-address
from http.client import HTTPSConnection

# ok: client-of-any-address
from http import HTTPStatus

# ok: client-of-any-address
from urllib.parse import quote

# ruleid: client-of-any-address
from subprocess import run
