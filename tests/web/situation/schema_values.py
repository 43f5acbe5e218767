"""Values for the schemas of the OpenAPI document, valid ones and others, made with hypothesis."""

from typing import Any

from hypothesis import strategies as st

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 70), 1 << 70), st.floats(allow_nan=False, allow_infinity=False), _TEXT, st.just([]), st.just({})
)  # fmt: skip


class SchemaValues:
    """Makes values for the schemas of a document; `share` of 100 parts are junk."""

    def __init__(self, document: dict[str, Any], share: int) -> None:
        self._document, self._share = document, share

    def of(self, schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
        """Return a strategy for values of a schema, some of whose parts are junk."""
        valid = self._valid(schema, depth)
        return st.integers(0, 99).flatmap(lambda one: JUNK if one < self._share else valid)

    def _valid(self, schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
        if "$ref" in schema:
            part: Any = self._document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                part = part[name]
            return st.deferred(lambda: self._valid(part, depth))
        if "anyOf" in schema:
            return st.one_of(*(self._valid(one, depth) for one in schema["anyOf"]))
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        make = getattr(self, f"_{schema.get('type', 'null')}")
        strategy: st.SearchStrategy[Any] = make(schema, depth)
        return strategy

    def _boolean(self, _schema: dict[str, Any], _depth: int) -> st.SearchStrategy[Any]:
        return st.booleans()

    def _integer(self, schema: dict[str, Any], _depth: int) -> st.SearchStrategy[Any]:
        return st.integers(schema.get("minimum", -(1 << 40)), schema.get("maximum", 1 << 40))

    def _number(self, schema: dict[str, Any], _depth: int) -> st.SearchStrategy[Any]:
        return st.floats(schema.get("minimum", -1e9), schema.get("maximum", 1e9), allow_nan=False)

    def _null(self, _schema: dict[str, Any], _depth: int) -> st.SearchStrategy[Any]:
        return st.none()

    def _object(self, schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
        required = set(schema.get("required", ()))
        parts = {name: self.of(part, depth + 1) for name, part in schema["properties"].items()}
        optional = {} if depth > 4 else {name: part for name, part in parts.items() if name not in required}
        return st.fixed_dictionaries(
            {name: part for name, part in parts.items() if name in required}, optional={name: optional[name] for name in optional}
        )

    def _array(self, schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
        if "prefixItems" in schema:
            return st.tuples(*(self.of(one, depth + 1) for one in schema["prefixItems"])).map(list)
        least = schema.get("minItems", 0)
        return st.lists(self.of(schema.get("items", {}), depth + 1), min_size=least, max_size=min(schema.get("maxItems", 9), least + 2))

    def _string(self, schema: dict[str, Any], _depth: int) -> st.SearchStrategy[str]:
        if "pattern" in schema and "maxLength" not in schema:
            return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z")
        return st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]),
            min_size=schema.get("minLength", 0),
            max_size=12,
        )
