"""The child roles `photos` and `photo-checks`: look into photos as long as somebody asks, one request at a time.

    tiepoint --child photos --cache FOLDER --cache-bytes N

A request is one JSON line on stdin; the judge's is followed by as many lines as it says. An answer is one or more
frames on stdout, each a JSON line `{"more": bool, "bytes": n, ...}` with n bytes after it. FILE is
[name in the set, path, size, mtime_ns]; rows are those of `domain.photo_rows`.

    {"do": "heads", "known": bool, "files": [FILE, ...]}                one frame: the readings' rows as JSON
    {"do": "check", "files": [FILE]}                                    the same, of one
    {"do": "picture", "file": FILE, "longest_px": n, "rough": bool}     width, height, rough, problem; RGB bytes
    {"do": "judge", "lines": n}, n lines of [[name, size, is_wanted, head, quality, problem], ...]
                    frames of "issues", frames of "map" photos, then one of the findings and facts

What breaks on one photo is said as its problem. Nothing is changed but the cache of pictures. Main thread.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from tiepoint.domain.photo_reading import PhotoFile
from tiepoint.domain.photo_rows import (
    finding_row,
    head_of,
    issue_rows,
    map_photo_row,
    map_row,
    quality_of,
    reading_row,
)
from tiepoint.engine.photos.gallery_pictures import GalleryPictures
from tiepoint.engine.photos.picture_cache import PictureCache
from tiepoint.engine.photos.readings import checked_reading, head_reading
from tiepoint.engine.photos.verdict import JudgedPhoto, verdict_on

T = TypeVar("T")
Frame = tuple[dict[str, Any], bytes]
Work = Callable[[dict[str, Any], IO[bytes]], Iterator[Frame]]
_ROWS_A_FRAME: Final = 200


class PhotoChild:
    """Answers requests.

    Args:
        cache: Where small pictures are kept.
    """

    def __init__(self, cache: PictureCache) -> None:
        self._pictures = GalleryPictures(cache)
        self._works: dict[str, Work] = {
            "heads": self._heads,
            "check": self._check,
            "picture": self._picture,
            "judge": self._judge,
        }

    def serve(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        """Answer until the requests end."""
        while line := requests.readline():
            request = json.loads(line)
            for head, body in self._works[request["do"]](request, requests):
                answers.write(json.dumps({**head, "bytes": len(body)}).encode("ascii") + b"\n" + body)
            answers.flush()

    def _heads(self, request: dict[str, Any], _: IO[bytes]) -> Iterator[Frame]:
        known = bool(request.get("known"))
        yield {}, _json([reading_row(head_reading(_file(each), known=known)) for each in request["files"]])

    def _check(self, request: dict[str, Any], _: IO[bytes]) -> Iterator[Frame]:
        yield {}, _json([reading_row(checked_reading(_file(each))) for each in request["files"]])

    def _picture(self, request: dict[str, Any], _: IO[bytes]) -> Iterator[Frame]:
        yield self._pictures.answer(_file(request["file"]), int(request["longest_px"]), rough=bool(request["rough"]))

    def _judge(self, request: dict[str, Any], requests: IO[bytes]) -> Iterator[Frame]:
        rows = [row for _ in range(request["lines"]) for row in json.loads(requests.readline())]
        verdict = verdict_on([_judged(row) for row in rows])
        for part in _parts([[path, issue_rows(issues)] for path, issues in verdict.sorted_issues()]):
            yield {"more": True, "kind": "issues"}, _json(part)
        facts = verdict.facts
        for places in _parts(facts.map.photos if facts.map else ()):
            yield {"more": True, "kind": "map"}, _json([map_photo_row(photo) for photo in places])
        rest = {
            "findings": [finding_row(finding) for finding in verdict.findings],
            "facts": [facts.cameras, facts.taken_first_utc, facts.taken_last_utc, facts.usual_sharpness],
            "map": map_row(facts.map) if facts.map else None,
        }
        yield {"kind": "rest"}, _json(rest)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve on stdin and stdout.

    Returns:
        0 when whoever asked has gone.
    """
    parser = argparse.ArgumentParser(prog="tiepoint --child photos")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--cache-bytes", type=int, required=True)
    given = parser.parse_args(arguments)
    try:
        PhotoChild(PictureCache(given.cache, given.cache_bytes)).serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever asked has gone
    return 0


def _file(row: Sequence[Any]) -> PhotoFile:
    return PhotoFile(row[0], Path(row[1]), row[2], row[3])


def _judged(row: Sequence[Any]) -> JudgedPhoto:
    path, size, is_wanted, head, quality, problem = row
    return JudgedPhoto(path, size, is_wanted, head_of(head), quality_of(quality), problem)


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + _ROWS_A_FRAME] for start in range(0, len(rows), _ROWS_A_FRAME))


def _json(value: Any) -> bytes:
    # ASCII: a file name that is not valid text travels as an escape and arrives whole.
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


if __name__ == "__main__":
    sys.exit(main())
