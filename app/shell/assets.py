"""The files of pages (styles, scripts, fonts, pictures), under addresses that name their content and may be kept."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.shell.faults import Missing

_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wav": "audio/wav",
    ".woff2": "font/woff2",
}
_PACKED: Final = {".css", ".js", ".svg"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """Files by `<router>/<path>`; `mark` stands for the content of them all, so that a change gives new addresses."""

    files: Mapping[str, Path]
    mark: str

    def address(self, name: str) -> str:
        """Where a file is served; raises KeyError for one that is not there."""
        if name not in self.files:
            raise KeyError(f"There is no file {name} for the pages.")
        return f"/static/{self.mark}/{name}"


class AssetRoute(Route):
    """The route to the files, open to everybody."""

    def __init__(self, assets: Assets) -> None:
        async def serve(request: Request) -> Response:
            return await _serve(assets, request)

        super().__init__("/static/{mark}/{name:path}", serve, methods=["GET"], name="static")


def gather_assets(folders: Mapping[str, Path]) -> Assets:
    """The files of these folders whose type a page may use, by the router's name."""
    files = {
        f"{router}/{path.relative_to(folder).as_posix()}": path
        for router, folder in sorted(folders.items())
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TYPES
    }
    digest = sha256()
    for name, path in files.items():
        digest.update(name.encode() + path.read_bytes())
    return Assets(files, digest.hexdigest()[:16])


async def _serve(assets: Assets, request: Request) -> Response:
    path = assets.files.get(request.path_params["name"])
    if path is None:
        raise Missing
    # A page of another version, which is being replaced, gets what there is, but does not keep it.
    kept = _FOR_EVER if request.path_params["mark"] == assets.mark else "no-cache"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    packed = path.suffix in _PACKED and "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    content = await anyio.to_thread.run_sync(_packed if packed else Path.read_bytes, path)
    return Response(content, media_type=_TYPES[path.suffix], headers=headers)


@lru_cache(maxsize=200)
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9)
