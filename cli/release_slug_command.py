"""The command `tenantry release-slug`: a former slug names its organization no more."""

from typing import Annotated

import typer

from cli import library
from cli.connection import Target, connected
from cli.options import Json, with_target
from cli.output import print_result
from cli.reporting import reported
from tenantry.lifecycle import former_slugs


@with_target
def release_slug(
    slug: Annotated[str, typer.Argument(help="That an organization has left.")],
    target: Target,
    as_json: Json = False,
) -> None:
    """Let a slug that an organization has left name it no more, so that anybody may take it at once."""
    with reported(), connected(target):
        library.use(target)
        organization = former_slugs.release_to_all(slug)
    content = {"released": slug, "organization_id": organization["_id"]}
    print_result(content, f"Released {slug}, which {organization['slug']} has left", as_json=as_json)
