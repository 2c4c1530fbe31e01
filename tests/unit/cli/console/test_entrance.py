"""A link admits one page, once and for a minute; whoever brings its token again shuts that page out."""

import pytest

from cli.console.entrance import SECONDS, Entrance
from cli.console.problems import Problem


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def refusal(entrance: Entrance, token: str) -> str:
    with pytest.raises(Problem) as raised:
        entrance.exchange(token)
    assert (raised.value.status, raised.value.code) == (401, "link-refused")
    return raised.value.detail


def is_admitted(entrance: Entrance, authorization: str) -> bool:
    try:
        entrance.check(authorization)
    except Problem:
        return False
    return True


def test_link_admits_one_page() -> None:
    told: list[str] = []
    entrance = Entrance(told.append)
    token = entrance.token()
    bearer = entrance.exchange(token)
    assert bearer != token
    assert is_admitted(entrance, f"Bearer {bearer}")
    assert is_admitted(entrance, f"bearer {bearer}")
    for authorization in ("", "Bearer", "Bearer ", f"Bearer {token}", f"Basic {bearer}", bearer, "Bearer ä"):
        assert not is_admitted(entrance, authorization)
    assert told == []


def test_used_token_shuts_the_page_out_that_it_admitted() -> None:
    told: list[str] = []
    entrance = Entrance(told.append)
    token = entrance.token()
    bearer = entrance.exchange(token)
    assert "used already" in refusal(entrance, token)
    assert not is_admitted(entrance, f"Bearer {bearer}")
    assert ["somebody else" in line for line in told] == [True]


def test_link_works_for_a_minute() -> None:
    clock = Clock()
    entrance = Entrance(print, clock)
    token = entrance.token()
    clock.seconds += SECONDS + 0.1
    assert f"{SECONDS} seconds" in refusal(entrance, token)
    token = entrance.token()
    clock.seconds += SECONDS
    assert is_admitted(entrance, f"Bearer {entrance.exchange(token)}")


def test_another_link_ends_the_earlier_one_and_its_page_only_when_it_is_used() -> None:
    entrance = Entrance(print)
    first = entrance.token()
    bearer = entrance.exchange(first)
    second = entrance.token()
    assert "latest" in refusal(entrance, first)
    assert is_admitted(entrance, f"Bearer {bearer}")
    entrance.exchange(second)
    assert not is_admitted(entrance, f"Bearer {bearer}")


@pytest.mark.parametrize("token", ["", "x", "ä", "\ud800"])
def test_no_other_token_works(token: str) -> None:
    entrance = Entrance(print)
    refusal(entrance, token)
    entrance.token()
    refusal(entrance, token)
