"""The service of the library's first five routes, the way it is usually written: FastAPI and Mangum.

One function has all routes. Tokens are verified by signature and time alone, and nothing is done about races
or interruptions.
"""

import os
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from mangum import Mangum
from passlib.hash import pbkdf2_sha256
from pydantic import BaseModel, EmailStr, Field
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGODB_URI"])
master = client["tenantry"]
tenants = client["tenantry_tenants"]
keys: dict[str, jwt.PyJWK] = {}
passwords = pbkdf2_sha256.using(rounds=600_000)
app = FastAPI(title="Organizations")


class NewOrganization(BaseModel):
    """Body of a creation."""

    name: str = Field(min_length=1, max_length=100)
    email: EmailStr
    password: str = Field(min_length=15, max_length=1024)


class ChangedOrganization(BaseModel):
    """Body of a rename."""

    name: str = Field(min_length=1, max_length=100)


class Credentials(BaseModel):
    """Body of a login."""

    email: EmailStr
    password: str


class Token(BaseModel):
    """Answer to a login."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the token's type, not a secret


class Organization(BaseModel):
    """An organization."""

    id: str = Field(validation_alias="_id")
    name: str
    slug: str
    collection: str
    state: str
    version: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


def key_of(token: str) -> jwt.PyJWK:
    """Return the public key of a token; the database is asked for each key once."""
    # nosemgrep: jwt-without-verification - it chooses the key that verifies, and nothing else
    key_id = jwt.get_unverified_header(token)["kid"]
    if key_id not in keys:
        public_key = master["signing_keys"].find_one({"_id": key_id})
        if public_key is None:
            raise jwt.InvalidTokenError("unknown key")
        keys[key_id] = jwt.PyJWK.from_dict(public_key["jwk"], "EdDSA")
    return keys[key_id]


def current_organization(
    organization: str, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> dict[str, Any]:
    """Return the organization in the path, which has to be the token's."""
    token = credentials.credentials
    try:
        claims = jwt.decode(token, key_of(token), algorithms=["EdDSA"], audience="tenantry")
    except jwt.InvalidTokenError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token") from None
    document = master["organizations"].find_one({"_id": claims["org_id"]})
    if document is None or organization not in {document["_id"], document["slug"]}:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Organization not found")
    return document


CurrentOrganization = Annotated[dict[str, Any], Depends(current_organization)]


@app.post("/organizations", status_code=status.HTTP_201_CREATED)
def create_organization(wanted: NewOrganization) -> Organization:
    """Create an organization, its collection and its administrator."""
    slug = wanted.name.lower().replace(" ", "-")
    now = datetime.now(UTC)
    document = {
        "_id": secrets.token_hex(16),
        "name": wanted.name,
        "slug": slug,
        "collection": f"org_{slug}",
        "state": "active",
        "version": 1,
        "metadata": {},
        "created_at": now,
        "updated_at": now,
    }
    try:
        master["organizations"].insert_one(document)
    except DuplicateKeyError:
        raise HTTPException(status.HTTP_409_CONFLICT, "Organization exists") from None
    tenants.create_collection(f"org_{slug}")
    password_hash = passwords.hash(wanted.password)
    master["accounts"].insert_one(
        {"email": wanted.email, "password_hash": password_hash, "organization_id": document["_id"]}
    )
    return Organization.model_validate(document)


@app.post("/login")
def login(credentials: Credentials) -> Token:
    """Exchange e-mail address and password for a token."""
    account = master["accounts"].find_one({"email": credentials.email})
    if account is None or not passwords.verify(credentials.password, account["password_hash"]):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid credentials")
    claims = {"sub": str(account["_id"]), "org_id": account["organization_id"], "aud": "tenantry"}
    claims["exp"] = int(time.time()) + 900
    return Token(access_token=jwt.encode(claims, os.environ["SIGNING_KEY"], algorithm="EdDSA"))


@app.get("/organizations/{organization}")
def get_organization(document: CurrentOrganization) -> Organization:
    """Read an organization."""
    return Organization.model_validate(document)


@app.patch("/organizations/{organization}")
def update_organization(document: CurrentOrganization, changes: ChangedOrganization) -> Organization:
    """Rename an organization and its collection."""
    slug = changes.name.lower().replace(" ", "-")
    tenants[document["collection"]].rename(f"org_{slug}")
    changed: dict[str, Any] = {"name": changes.name, "slug": slug, "collection": f"org_{slug}"}
    changed["updated_at"] = datetime.now(UTC)
    master["organizations"].update_one({"_id": document["_id"]}, {"$set": changed})
    return Organization.model_validate(document | changed)


@app.delete("/organizations/{organization}", status_code=status.HTTP_204_NO_CONTENT)
def delete_organization(document: CurrentOrganization) -> None:
    """Delete an organization and its data."""
    tenants.drop_collection(document["collection"])
    master["accounts"].delete_many({"organization_id": document["_id"]})
    master["organizations"].delete_one({"_id": document["_id"]})


lambda_handler = Mangum(app, lifespan="off")
