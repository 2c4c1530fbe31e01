import bson
import pytest
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st

from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.storage.raw import encoding
from tenantry.storage.raw.encoding import ForeignId
from tests.support.bson_values import CODES, NAMES, SCALARS, VALUES, exactly

IDS = SCALARS | st.dictionaries(NAMES, VALUES, max_size=3) | CODES
DOCUMENTS = st.builds(
    lambda identity, fields: {"_id": identity} | fields, IDS, st.dictionaries(NAMES, VALUES, max_size=4)
)
TENANT = "org_1"
TEXT = b"\x02\0\0\0s\0"
# Field, type and value: a symbol, undefined, a repeated field, text that is not UTF-8.
ODD_FIELDS = b"\x0es\0" + TEXT + b"\x06u\0" + b"\x0ar\0" + b"\x0ar\0" + b"\x02t\0\x02\0\0\0\xff\0"


def raw(document: dict[str, object]) -> RawBSONDocument:
    return encoding.document(bson.encode(document, codec_options=CODEC_OPTIONS))


def with_elements(elements: bytes) -> RawBSONDocument:
    return encoding.document((len(elements) + 5).to_bytes(4, "little") + elements + b"\0")


@given(DOCUMENTS)
def test_in_a_pool_a_document_has_the_tenant_in_its_id_and_is_the_same_otherwise(
    document: dict[str, object],
) -> None:
    stored = encoding.with_tenant(raw(document), TENANT)
    decoded = bson.decode(stored.raw, CODEC_OPTIONS)
    expected = document | {"_id": {"tenant": TENANT, "id": document["_id"]}}
    assert exactly(decoded) == exactly(expected)


@given(DOCUMENTS)
def test_taken_out_of_a_pool_a_document_is_what_it_was(document: dict[str, object]) -> None:
    original = raw(document)
    stored = encoding.with_tenant(original, TENANT)
    assert encoding.without_tenant(stored, TENANT).raw == original.raw


@given(DOCUMENTS)
def test_an_id_is_that_of_the_document_alone(document: dict[str, object]) -> None:
    assert encoding.id_of(raw(document)) == raw({"_id": document["_id"]}).raw


def test_what_drivers_do_not_write_any_more_stays_as_it_is() -> None:
    for identity in (b"\x0e_id\0" + TEXT, b"\x06_id\0"):
        original = with_elements(identity + ODD_FIELDS)
        stored = encoding.with_tenant(original, TENANT)
        assert bytes(stored.raw).endswith(ODD_FIELDS + b"\0")
        assert encoding.without_tenant(stored, TENANT).raw == original.raw
        assert encoding.id_of(original) == with_elements(identity).raw


@pytest.mark.parametrize(
    "identity",
    [b"\x0c_id\0" + TEXT + bytes(12), b"\x02_id\0\x02\0\0\0\xff\0"],
    ids=["DBPointer", "not UTF-8"],
)
def test_an_id_that_cannot_be_told_from_others_is_refused(identity: bytes) -> None:
    with pytest.raises(ForeignId):
        encoding.id_of(with_elements(identity))
