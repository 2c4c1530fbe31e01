"""One document, changed on condition of what it is: entity tags, and changes that meet."""

from functools import partial

import pytest

from tenantry.errors import PreconditionFailed
from tenantry.http.documents import changing
from tenantry.http.preconditions import condition
from tenantry.tenants import TenantCollection
from tests.integration.http.documents.conftest import CANONICAL, Documents
from tests.support.concurrency import at_once, requests_at_once
from tests.support.databases import Databases
from tests.support.overtaking import once_before


def test_precondition_guards_every_change(documents: Documents) -> None:
    tag = documents.insert({"_id": "a", "n": 0}).headers["etag"]
    current = documents.of("a", "PUT", {"n": 1}, **{"If-Match": f'"x", {tag}'}).headers["etag"]
    for stale in (tag, f"W/{current}", '"x"', "", tag.replace('"', "")):
        for method, body in [("PUT", {"n": 2}), ("PATCH", {"n": 2}), ("DELETE", None)]:
            refused = documents.of("a", method, body, **{"If-Match": stale})
            expected = (
                (412, "precondition-failed") if '"' in stale or not stale else (400, "malformed-request")
            )
            assert (refused.status, refused.code) == expected
    assert documents.of("a", "GET").json == {"_id": "a", "n": 1}
    # What would be refused anyway is refused for that (RFC 9110 section 13.2.1).
    for method, body, status in [("PUT", {"n": 2}, 412), ("PATCH", {"n": 2}, 404), ("DELETE", None, 404)]:
        assert documents.of("absent", method, body, **{"If-Match": "*"}).status == status
    assert documents.of("a", "PATCH", {"n": 2}, **{"If-Match": "*"}).status == 200
    assert documents.find().json["documents"] == [{"_id": "a", "n": 2}, {"_id": "kept"}]


def test_what_is_there_already_is_not_changed(documents: Documents) -> None:
    absent = {"If-None-Match": "*"}
    created = documents.of("a", "PUT", {"n": 0}, **absent)
    tag = created.headers["etag"]
    assert created.status == 201
    for unwanted in ("*", tag, f"W/{tag}", f'"x", {tag}', tag.replace('"', "")):
        for method, body in [("PUT", {"n": 2}), ("PATCH", {"n": 2}), ("DELETE", None)]:
            refused = documents.of("a", method, body, **{"If-None-Match": unwanted})
            expected = (412, "precondition-failed") if unwanted[-1] in '"*' else (400, "malformed-request")
            assert (refused.status, refused.code) == expected, (unwanted, method)
    assert documents.of("a", "GET").json == {"_id": "a", "n": 0}
    assert documents.of("a", "PUT", {"n": 1}, **{"If-None-Match": '"x"'}).status == 200
    assert documents.of("absent", "PATCH", {"n": 2}, **absent).status == 404
    assert documents.of("a", "DELETE", None, **{"If-None-Match": tag}).status == 204


def test_of_puts_on_condition_that_there_is_none_at_once_one_creates(documents: Documents) -> None:
    request = {"method": "PUT", "path": f"{documents.path}/a", "token": documents.owner.token}
    puts = [request | {"json_body": {"n": n}, "headers": {"If-None-Match": "*"}} for n in range(4)]
    answers = requests_at_once("documents", puts)
    assert sorted(answer.status for answer in answers) == [201, 412, 412, 412]
    (created,) = [answer for answer in answers if answer.status == 201]
    assert documents.of("a", "GET").json == created.json


@pytest.mark.parametrize("moment", [(TenantCollection, "modify_one"), (changing, "_check_version")])
def test_put_on_condition_that_another_overtakes_is_refused(
    documents: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch, moment: tuple[object, str]
) -> None:
    inserted = {"_id": "a", "of": "another"}
    once_before(monkeypatch, *moment, lambda: databases.stored("org_alpha").insert_one(inserted))
    assert documents.of("a", "PUT", {"n": 1}, **{"If-None-Match": "*"}).status == 412
    assert documents.of("a", "GET").json == inserted


def test_each_form_of_a_document_has_a_tag_of_its_own_and_any_guards_a_change(documents: Documents) -> None:
    relaxed = documents.insert({"_id": "a", "n": 1}).headers["etag"]
    canonical = documents.of("a", "GET", **CANONICAL).headers["etag"]
    assert relaxed == documents.of("a", "GET").headers["etag"] != canonical
    for accept, tag, status in [
        ({}, relaxed, 304),
        ({}, canonical, 200),
        (CANONICAL, relaxed, 200),
        (CANONICAL, canonical, 304),
        (CANONICAL, f"{relaxed}, W/{canonical}", 304),
    ]:
        read = documents.of("a", "GET", **accept, **{"If-None-Match": tag})
        assert read.status == status
        assert read.headers["etag"] == (canonical if accept else relaxed)
        assert read.headers["vary"] == "Accept"
        assert (read.text == "") == (status == 304)
    assert documents.of("a", "PUT", {"n": 2}, **{"If-None-Match": canonical}).status == 412
    changed = documents.of("a", "PUT", {"n": 2}, **CANONICAL, **{"If-Match": canonical})
    assert documents.of("a", "PATCH", {"n": 3}, **{"If-Match": changed.headers["etag"]}).status == 200
    assert documents.of("a", "DELETE", **{"If-Match": relaxed}).status == 412


def test_of_changes_with_the_same_entity_tag_one_is_made(documents: Documents) -> None:
    tag = documents.insert({"_id": "a", "n": 0}).headers["etag"]

    def change(number: int) -> bool:
        try:
            if number % 2:
                changing.put(documents.collection, "a", {"n": number}, condition(tag))
            else:
                changing.patch(documents.collection, "a", {"n": number}, condition(tag))
        except PreconditionFailed:
            return False
        return True

    changed = at_once([partial(change, number) for number in range(1, 9)])
    assert changed.count(True) == 1
    assert documents.of("a", "GET").json == {"_id": "a", "n": changed.index(True) + 1}


def test_patches_at_once_are_all_in_it(documents: Documents) -> None:
    documents.insert({"_id": "a"})
    changes = [{f"f{number}": number} for number in range(8)]
    at_once(
        [partial(changing.patch, documents.collection, "a", change, condition(None)) for change in changes]
    )
    assert documents.of("a", "GET").json == {"_id": "a"} | {f"f{number}": number for number in range(8)}


def test_puts_under_a_free_id_at_once_create_one_document(documents: Documents) -> None:
    put = partial(changing.put, documents.collection, "a", {"n": 1}, condition(None))
    assert sorted(done.is_created for done in at_once([put] * 8)) == [False] * 7 + [True]
