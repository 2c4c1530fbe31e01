import io
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.deployment import LocalAws
from local.errors import LocalStackError
from local.signing_key import rotate_first_key


class FakeAws:
    """A deployment whose rotation function records the events that it gets."""

    def __init__(self, secret: str, failing_step: str = "") -> None:
        self.events: list[dict[str, str]] = []
        self.secrets = SimpleNamespace(get_secret_value=lambda SecretId: {"SecretString": secret})  # noqa: N803
        self.functions = SimpleNamespace(invoke=self._invoke)
        self._failing_step = failing_step

    def physical_id(self, logical_id: str) -> str:
        return f"local-{logical_id}"

    def _invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "local-RotateSigningKeyFunctionAliaslive"
        event = json.loads(Payload)
        self.events.append(event)
        if event["Step"] == self._failing_step:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"no database")}
        return {"Payload": io.BytesIO(b"null")}


def rotate(aws: FakeAws) -> None:
    rotate_first_key(cast(LocalAws, aws))


def test_a_placeholder_is_replaced_in_the_steps_of_one_rotation() -> None:
    aws = FakeAws("generated-placeholder")
    rotate(aws)
    assert [event["Step"] for event in aws.events] == [
        "createSecret",
        "setSecret",
        "testSecret",
        "finishSecret",
    ]
    assert {event["SecretId"] for event in aws.events} == {"local-SigningKeySecret"}
    assert len({event["ClientRequestToken"] for event in aws.events}) == 1


def test_a_key_that_is_there_already_is_kept() -> None:
    aws = FakeAws(json.dumps({"kid": "k", "private_key": "-----BEGIN"}))
    rotate(aws)
    assert aws.events == []


def test_a_failing_step_ends_the_rotation_with_its_reason() -> None:
    aws = FakeAws("generated-placeholder", failing_step="setSecret")
    with pytest.raises(LocalStackError, match="failed at setSecret: no database"):
        rotate(aws)
    assert [event["Step"] for event in aws.events] == ["createSecret", "setSecret"]
