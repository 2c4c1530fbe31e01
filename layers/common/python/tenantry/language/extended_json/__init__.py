"""BSON values as MongoDB Extended JSON v2, which keeps their types.

Source: https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
`bson.json_util` writes it. What it reads it takes too generously for a public API (`{"$oid": null}` is a
random id to it), so `decode` is strict, and leaves out the legacy forms and the types without a Python class.
"""

from tenantry.language.extended_json.conversion import decode, encode
from tenantry.language.extended_json.wrappers import CODEC_OPTIONS, reference

__all__ = ["CODEC_OPTIONS", "decode", "encode", "reference"]
