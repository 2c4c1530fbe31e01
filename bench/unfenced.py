"""The documents of an organization the way they are usually served: FastAPI, Mangum and pymongo.

A request verifies the token, looks up the user and the user's organization, and then queries the
organization's collection. Nothing stands between a look and what follows it, so what happens meanwhile, a
rename, a deletion or the end of a session, goes unseen. It works on Tenantry's databases, on the server that
MONGODB_URI names when this module is imported.
"""

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from mangum import Mangum
from pymongo import MongoClient
from pymongo.collection import Collection

Document = dict[str, Any]

client: MongoClient[Document] = MongoClient(os.environ["MONGODB_URI"], w="majority")
master = client["tenantry"]
tenants = client["tenantry_tenants"]
keys = {key["_id"]: jwt.PyJWK.from_dict(key["jwk"], "EdDSA") for key in master["signing_keys"].find()}
app = FastAPI(title="Documents")


def current_user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Document:
    """Return the account that the token is for, and in which organization."""
    token = credentials.credentials
    try:
        # nosemgrep: jwt-without-verification - it chooses the key that verifies, and nothing else
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="tenantry")
    except (jwt.InvalidTokenError, KeyError):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token") from None
    user = master["accounts"].find_one({"_id": claims["sub"]})
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token")
    return user | {"organization_id": claims["org_id"]}


def collection_of(
    organization: str, user: Annotated[Document, Depends(current_user)]
) -> Collection[Document]:
    """Return the collection of the organization in the path, which has to be the user's."""
    stored = master["organizations"].find_one({"_id": user["organization_id"]})
    if stored is None or organization not in {stored["_id"], stored["slug"]}:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Organization not found")
    return tenants[str(stored["collection"])]


Documents = Annotated[Collection[Document], Depends(collection_of)]


@app.get("/organizations/{organization}/documents/{document}")
def get_document(document: str, documents: Documents) -> Document:
    """Read a document."""
    found = documents.find_one({"_id": document})
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Document not found")
    return found


@app.get("/organizations/{organization}/documents")
def list_documents(documents: Documents, limit: int = 100) -> dict[str, list[Document]]:
    """List documents."""
    return {"documents": list(documents.find().sort("_id", 1).limit(limit))}


@app.post("/organizations/{organization}/documents", status_code=status.HTTP_201_CREATED)
def insert_document(document: Document, documents: Documents) -> Document:
    """Insert a document."""
    documents.insert_one(document)
    return document | {"_id": str(document["_id"])}


lambda_handler = Mangum(app, lifespan="off")
