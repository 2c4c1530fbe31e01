"""GET and POST /notes: notes in the collection of the caller's organization."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http, tenants
from tenantry.http.callers import Editor, Viewer

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

app = APIGatewayRestResolver(enable_validation=True)


class Note(BaseModel):
    """A note."""

    text: str = Field(min_length=1, max_length=1000)


@app.get("/notes")
def list_notes(caller: Viewer) -> list[Note]:
    """List the notes of the caller's organization, those of one second in any order."""
    return [Note(text=note["text"]) for note in tenants.collection(caller).find({"kind": "note"})]


@app.post("/notes", status_code=HTTPStatus.CREATED)
def add_note(note: Annotated[Note, Body()], caller: Editor) -> Note:
    """Add a note to those of the caller's organization."""
    tenants.collection(caller).insert_one({"kind": "note", "text": note.text})
    return note


lambda_handler = http.lambda_handler(app)
