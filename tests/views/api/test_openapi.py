"""The description of the API is a valid one, and names every route that is there."""

from __future__ import annotations

from flask import Flask
from openapi_spec_validator import validate

from app.views.api.openapi import document


def test_the_description_is_valid_openapi(portal: Flask) -> None:
    with portal.app_context():
        validate(document())


def test_a_pdf_and_a_form_are_described_as_what_they_are(portal: Flask) -> None:
    with portal.app_context():
        paths = document()["paths"]

    assert set(paths["/api/v1/invoices/{number}/pdf"]["get"]["responses"]["200"]["content"]) == {"application/pdf"}
    assert "multipart/form-data" in paths["/api/v1/intake"]["post"]["requestBody"]["content"]
