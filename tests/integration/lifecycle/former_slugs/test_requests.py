"""A former slug names its organization for its members, and for nobody else."""

from tests.integration.identity.logins.switches import create, reads, switch
from tests.support.owners import PASSWORD, Owner, sign_up, tokens
from tests.support.service import Service


def test_members_use_a_former_slug_and_are_told_the_new_one(service: Service) -> None:
    owner, stranger = sign_up(service, "Google"), sign_up(service, "Stranger")
    assert service.patch(owner.path, {"name": "Alphabet"}, token=owner.token).status == 200
    answer = service.get("/organizations/google/documents?limit=1", token=owner.token)
    assert answer.status == 200
    assert answer.headers["deprecation"].startswith("@")
    assert answer.headers["sunset"].endswith(" GMT")
    assert answer.headers["link"].endswith('/organizations/alphabet/documents>; rel="canonical"')
    for path in ("/organizations/alphabet", f"/organizations/{owner.id}"):
        assert "deprecation" not in service.get(path, token=owner.token).headers
    changed = service.patch("/organizations/google", {"metadata": {"a": 1}}, token=owner.token)
    assert (changed.status, "deprecation" in changed.headers) == (200, True)
    login = {"email": owner.email, "password": PASSWORD, "organization": "google"}
    answer = service.post("/login", login)
    assert answer.json["organization"]["slug"] == "alphabet"
    check_no_leak(service, stranger)


def check_no_leak(service: Service, stranger: Owner) -> None:
    """A former slug and one of nobody are answered alike."""
    answers = [service.get(f"/organizations/{slug}", token=stranger.token) for slug in ("google", "nobody")]
    texts = [(answer.status, answer.text.replace(answer.json["instance"], "")) for answer in answers]
    assert texts[0] == texts[1]
    names = [sorted(answer.headers) for answer in answers]
    assert names[0] == names[1]


def test_session_switches_by_a_former_slug(service: Service) -> None:
    owner = sign_up(service, "Google")
    create(owner, "Amazon")
    assert service.patch(owner.path, {"name": "Alphabet"}, token=owner.token).status == 200
    given = tokens(service, owner.email, "amazon")
    switched = switch(service, given["refresh_token"], "google")
    assert switched.status == 200, switched.text
    assert switched.json["organization"]["slug"] == "alphabet"
    assert reads(service, switched.json["access_token"], "google") == 200
    stranger = tokens(service, sign_up(service, "Stranger").email)
    assert switch(service, stranger["refresh_token"], "google").code == "organization-not-found"
