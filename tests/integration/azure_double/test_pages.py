"""The pages for a person with a browser, read as a browser reads them."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

from azure_double.double import AzureDouble
from patience import PATIENCE_S

QUERY = {
    "client_id": "app", "redirect_uri": "http://localhost:8400", "state": "s1", "response_mode": "form_post",
    "response_type": "code", "nonce": "n",
}  # fmt: skip


def page(double: AzureDouble, path: str, form: dict[str, str] | None = None) -> str:
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(
        f"{double.url}{path}", data, context=double.papers.client_context(), timeout=PATIENCE_S
    ) as reply:
        return str(reply.read().decode())


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type=hidden name="([^"]*)" value="([^"]*)">', text))


def test_the_sign_in_page_has_a_button_for_everybody_and_posts_back(double: AzureDouble) -> None:
    asked = page(double, f"/organizations/oauth2/v2.0/authorize?{urllib.parse.urlencode(QUERY)}")
    for person in double.people.values():
        assert person.button in asked
    answered = page(
        double, "/organizations/oauth2/v2.0/authorize/answer", {**hidden(asked), "username": "mila@studio.example"}
    )
    assert 'action="http://localhost:8400"' in answered
    fields = hidden(answered)
    assert fields["state"] == "s1"
    assert fields["code"]
    declined = page(double, "/organizations/oauth2/v2.0/authorize/answer", {**hidden(asked), "answer": "decline"})
    assert hidden(declined)["error"] == "access_denied"


def test_a_code_is_typed_on_its_page(double: AzureDouble) -> None:
    with double.lock:
        _, typed = double.entra.sessions.begin_device("organizations", {"client_id": "app"}, 900)
    assert "Code:" in page(double, "/device")
    assert "close this window" in page(double, "/device", {"user_code": typed, "username": "mila@studio.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        page(double, "/device", {"user_code": "WRONG", "username": "mila@studio.example"})
    with caught.value as error:
        assert b"AADSTS70018" in error.read()


def test_a_person_lets_things_go_wrong_by_buttons(double: AzureDouble) -> None:
    assert "No capacity for node-03, once" in page(double, "/double")
    page(double, "/double", {"what": "No capacity for node-03, once"})
    assert double.faults.take("allocation", name="node-03")
    page(double, "/double", {"what": "Demand MFA for every change"})
    page(double, "/double", {"what": "Let nothing go wrong any more"})
    assert not double.faults.standing("claims", path="/deployments/d")
