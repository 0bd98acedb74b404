import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.digest import block_count, composite, is_composite, is_digest

MD5 = st.binary(min_size=16, max_size=16)


@given(st.lists(MD5, min_size=1, max_size=30))
def test_a_composite_is_the_md5_of_the_md5s_and_their_number(md5s: list[bytes]) -> None:
    text = composite(md5s)
    assert text == f"{hashlib.md5(b''.join(md5s)).hexdigest()}-{len(md5s)}"
    assert is_digest(text)
    assert is_composite(text)
    assert block_count(text) == len(md5s)


@given(MD5)
def test_a_whole_md5_is_made_of_no_blocks(raw: bytes) -> None:
    assert is_digest(raw.hex())
    assert not is_composite(raw.hex())
    assert block_count(raw.hex()) == 0


@pytest.mark.parametrize(
    "text", ["", "abc", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "-", "0" * 32 + "-0", "0" * 32 + "\n"]
)
def test_other_texts_are_no_digests(text: str) -> None:
    assert not is_digest(text)
