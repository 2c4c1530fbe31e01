"""Connection strings are corrected and passwords rotated, and nobody deploys anything."""

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.e2e.atlas.corrections import PROMISED_SECONDS
from tests.e2e.atlas.deployment import AtlasDeployment
from tests.e2e.atlas.patience import PatientService, check_unavailable
from tests.e2e.http_service import HttpService, unique
from tests.support.owners import sign_up

MARGIN_SECONDS = 10.0


@pytest.mark.usefixtures("usual_deployment")  # of the other tests, which starts while these wait for a minute
def test_function_whose_connection_string_is_corrected_works_in_time(
    corrections: dict[str, Future[float]], record_property: Callable[[str, object], None]
) -> None:
    """One had a wrong password; the other's server has a certificate of another name."""
    seconds = {kind: round(correction.result()) for kind, correction in corrections.items()}
    record_property("seconds until it worked", seconds)
    assert max(seconds.values()) < PROMISED_SECONDS + MARGIN_SECONDS


def test_rotated_password_costs_one_request(
    deployment: AtlasDeployment, service: PatientService, corrections: dict[str, Future[float]]
) -> None:
    atlas, client = deployment.atlas, deployment.databases.client
    owner = sign_up(service, unique("Rotated"))
    impatient = HttpService(service._client)

    def statuses() -> list[int]:
        answers = [impatient.get(f"{owner.path}/members", token=owner.token) for _ in range(5)]
        for answer in answers:
            if answer.status != 200:
                check_unavailable(answer)
        return [answer.status for answer in answers]

    for correction in corrections.values():
        correction.result()
    atlas.publish("members", atlas.add_user(client, "members", "second"))
    assert statuses() == [200] * 5  # as the first user still
    client.admin.command("dropUser", atlas.roles["members"])
    assert statuses() == [503] + [200] * 4
