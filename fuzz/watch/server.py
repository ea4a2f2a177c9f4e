"""The live page of a campaign, served on loopback.

/               the page
/figures.json   all figures of the moment
/findings.json  findings from number `after` on, 500 at most
/charts         what grew over time, as SVG
/lines          figures as JSON, a line a second
/metrics        the same for Prometheus
/findings/NAME/ the page of a finding and its files
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from differential.reports.page import render
from fuzz.campaign.page import figures as charts
from fuzz.watch import metrics
from fuzz.watch.figures import FINDING_PAGE, Watched
from zkos.terminal.errors import UserError

HOST: Final = "127.0.0.1"
_HOSTS: Final = ["127.0.0.1", "localhost"]
"""Names by which browsers may ask: a page of somebody else cannot."""
_LINE_SECONDS: Final = 1.0
Answer = Callable[[Request], Response]


def application(watched: Watched) -> Starlette:
    """The server of a campaign."""

    def page(_: Request) -> Response:
        settings = watched.folder.settings()
        return HTMLResponse(render("watch.html", "fuzz.watch", settings=settings))

    def figures(_: Request) -> Response:
        return JSONResponse(watched.figures())

    def findings(request: Request) -> Response:
        try:
            after = int(request.query_params.get("after", "0"))
        except ValueError as error:
            raise HTTPException(400, "after is no number") from error
        watched.figures()
        return JSONResponse(watched.rows(after))

    def grown(_: Request) -> Response:
        folder = watched.folder
        drawn = charts(folder.history(), folder.settings().targets)
        return HTMLResponse("".join(f"<figure>{item}</figure>" for item in drawn))

    def prometheus(_: Request) -> Response:
        text = metrics.text(watched.figures())
        return PlainTextResponse(text, headers={"content-type": metrics.CONTENT_TYPE})

    async def lines() -> AsyncIterator[str]:
        while True:
            yield json.dumps(await asyncio.to_thread(watched.figures)) + "\n"
            await asyncio.sleep(_LINE_SECONDS)

    def stream(_: Request) -> Response:
        return StreamingResponse(lines(), media_type="application/x-ndjson")

    def finding(request: Request) -> Response:
        name = request.path_params["name"]
        file = request.path_params.get("file", FINDING_PAGE)
        place = watched.folder.path / "findings"
        path = place / name / file
        inside = path.parent.parent == place and not name.startswith(".")
        if not inside or file.startswith(".") or not path.is_file():
            raise HTTPException(404, "no such finding")
        return FileResponse(path)

    routes: list[tuple[str, Answer]] = [
        ("/", page),
        ("/figures.json", figures),
        ("/findings.json", findings),
        ("/charts", grown),
        ("/metrics", prometheus),
        ("/lines", stream),
        ("/findings/{name}/", finding),
        ("/findings/{name}/{file}", finding),
    ]
    return Starlette(
        routes=[Route(path, answer) for path, answer in routes],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        exception_handlers={UserError: _told},
    )


def serve(watched: Watched, port: int, told: Callable[[str], None]) -> None:
    """Serve until interrupted; `told` gets the address. Raises UserError."""
    config = uvicorn.Config(
        application(watched), HOST, port, log_level="error", access_log=False
    )
    try:
        socket = config.bind_socket()
    except SystemExit as error:  # how uvicorn says that the port is taken
        raise UserError(f"--port {port}: cannot be listened on") from error
    with socket:
        socket.listen(config.backlog)  # who hears of it may ask at once
        told(f"http://{HOST}:{socket.getsockname()[1]}/")
        uvicorn.Server(config).run([socket])


def _told(_: Request, error: Any) -> Response:
    return PlainTextResponse(f"{error}\n", 503)
