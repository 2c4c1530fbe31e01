"""Take pictures of the console for the README: ``python -m tests.e2e.console.screenshots``.

They show a stack that is deployed for them, with an organization that is made for them.
"""

import io
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from local.deployment import PROJECT
from tests.e2e.calls_to_aws import invoke
from tests.e2e.console.chromium import RULES, Complaints, context_of, log_in, running_browser
from tests.e2e.console.conftest import ANSWER_MS
from tests.e2e.console.views import fill_organization, show
from tests.e2e.deployment import deployed
from tests.e2e.http_service import HttpService
from tests.e2e.mailbox import Mailbox
from tests.e2e.test_moves import SCHEDULED
from tests.support.owners import sign_up

PICTURES: Final = {"overview": "/", "documents": "/documents"}
SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
EMAIL: Final = "grace@example.com"
COLOURS: Final = 128  # enough for text on plain grounds, in a third of the bytes
MOST_BYTES: Final = 60_000


def take(page: Page, place: Path) -> None:
    """Write a picture of each view in light and dark."""
    for name, route in PICTURES.items():
        show(page, route)
        for scheme in RULES:
            page.emulate_media(color_scheme=scheme)
            picture = place / f"console-{name}-{scheme}.png"
            taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            taken.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
            size = picture.stat().st_size
            assert size < MOST_BYTES, f"{picture.name} has {size} bytes"


def main() -> None:
    """Deploy a stack, fill an organization, and take the pictures."""
    expect.set_options(timeout=ANSWER_MS)
    with (
        tempfile.TemporaryDirectory() as state,
        deployed(Path(state)) as deployment,
        httpx.Client(base_url=deployment.stack.api_url, timeout=30, trust_env=False) as client,
        running_browser() as browser,
        context_of(browser, Complaints(), viewport=SIZE) as page,
    ):
        owner = sign_up(HttpService(client), "Market Hall", email=EMAIL)
        verified = {"token": Mailbox(deployment.stack.mails_url).to(EMAIL)[-1].token}
        path = "/account/email-verification/complete"
        assert owner.service.post(path, verified, token=owner.token).status == HTTPStatus.NO_CONTENT
        fill_organization(owner)
        invoke(deployment, "MeasureUsageFunction", SCHEDULED)
        log_in(page, f"{deployment.stack.api_url}/console/index.html", owner)
        take(page, PROJECT / "docs")


if __name__ == "__main__":
    main()
