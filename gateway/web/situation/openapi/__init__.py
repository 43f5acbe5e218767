"""The OpenAPI 3.1 document of the API, generated from the types that it reads and sends; it follows AgID's ModI."""
