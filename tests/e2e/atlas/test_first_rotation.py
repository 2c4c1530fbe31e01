"""The first rotation of the signing key fails twice, and works when Secrets Manager tries it again."""

from tests.e2e.atlas.conftest import FirstRotation
from tests.e2e.atlas.patience import check_unavailable


def test_each_try_says_at_which_step_it_failed_and_why(first_rotation: FirstRotation) -> None:
    away, refused = first_rotation.failures
    assert "setSecret" in away
    assert "Connection refused" in away
    assert "setSecret" in refused
    assert "authentication" in refused


def test_login_answers_503_until_there_is_a_key_and_works_at_once_then(first_rotation: FirstRotation) -> None:
    *without_key, with_key = first_rotation.logins
    for answer in without_key:
        check_unavailable(answer)
    assert with_key.status == 200
