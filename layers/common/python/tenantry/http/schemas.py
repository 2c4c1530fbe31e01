"""The base of all shapes of requests."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, field_validator

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


class Request(BaseModel):
    """Base of request bodies: types are not coerced, unknown fields are refused.

    A field that is None by default may be left out, but not be sent as null.
    """

    # Built when it is used, for each function uses a few of all that stand here.
    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("must not be null")
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: "CoreSchema", handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leave null out of the schemas of fields."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for field in schema.get("properties", {}).values():
            kinds = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
            if len(kinds) == 1:
                del field["anyOf"]
                field.update({**kinds[0], **field})
        return schema
