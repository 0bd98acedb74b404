"""What leaves for support says nothing of people, homes, addresses or secrets, and the same thing the same way."""

from __future__ import annotations

import json

import pytest

from tiepoint.domain.redaction import Redactor


def _masked(text: str) -> str:
    return text.replace("s3cret", "***")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/ada/photos/a.jpg", "~/photos/a.jpg"),
        ("C:\\Users\\Ada Lovelace\\x", "~ Lovelace\\x"),
        ('"C:\\\\Users\\\\ada\\\\x"', '"~\\\\x"'),
        ("/Users/ada", "~"),
        ("mail ada@example.org now", "mail mail-1 now"),
        ("sig=s3cret", "sig=***"),
        ("ADA did it, adamant not", "person-1 did it, adamant not"),
        ("from 10.0.1.250 to 127.0.0.1", "from address-1 to 127.0.0.1"),
        ("id 0f8fad5b-d9cb-469f-a165-70867728950e", "id id-1"),
        ("vm.westeurope.cloudapp.azure.com", "host-1"),
        ("version 2.1.1.17821x", "version 2.1.1.17821x"),
        ('{"user": "grace"}', '{"user": "person-1"}'),
        ('{"user": "root"}', '{"user": "root"}'),
        ("depth map of DSC00001.JPG: 81 % filled", "depth map of DSC00001.JPG: 81 % filled"),
    ],
)
def test_what_must_go_goes_and_the_rest_stays(text: str, left: str) -> None:
    assert Redactor(["ada"], _masked).text(text) == left


def test_the_same_thing_has_the_same_stand_in() -> None:
    redactor = Redactor(["ada"], _masked, ["/srv/people/7"])
    assert redactor.text("10.0.0.4 10.0.0.5 10.0.0.4") == "address-1 address-2 address-1"
    assert redactor.text("/srv/people/7/x") == "~/x"
    redactor.learn(["Grace Hopper"])
    assert redactor.text("grace hopper and Ada") == "person-1 and person-2"
    assert redactor.text('{"user":"joan"}') == '{"user":"person-3"}'
    assert redactor.text("joan again") == "person-3 again"


def test_redacted_json_stays_json() -> None:
    told = {"user": "ada", "folder": "/home/ada/captures/c", "note": 'a "b" \\ c', "host": "10.1.2.3"}
    text = Redactor(["ada"], _masked).text(json.dumps(told))
    assert json.loads(text) == {"user": "person-1", "folder": "~/captures/c", "note": 'a "b" \\ c', "host": "address-1"}
