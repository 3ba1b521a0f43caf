"""A network with faults that can be dealt again from a seed: refused, overloaded, silent, doubled, late."""

from dataclasses import dataclass, field
from random import Random

import httpx


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of requests, from 0 to 1, that each fault befalls; what is left over goes well.

    refused: no connection, nothing arrives. overloaded: status 429, nothing arrives. broken: status 503, nothing
    arrives. silent: it arrives, the answer does not. swallowed: neither arrives. doubled: it arrives twice in a row.
    late: it arrives, and once more when the stragglers are delivered.
    """

    refused: float = 0.0
    overloaded: float = 0.0
    broken: float = 0.0
    silent: float = 0.0
    swallowed: float = 0.0
    doubled: float = 0.0
    late: float = 0.0

    def deal(self, random: Random) -> str:
        """The name of the fault that the next request meets, or nothing."""
        left = random.random()
        for name in self.__slots__:
            left -= getattr(self, name)
            if left < 0:
                return name
        return ""


@dataclass(slots=True)
class UnsteadyNetwork(httpx.AsyncBaseTransport):
    """Carries requests to `inner`, or fails to; `met` counts the faults, `stragglers` are still on their way."""

    inner: httpx.AsyncBaseTransport
    faults: Faults
    random: Random
    met: dict[str, int] = field(default_factory=dict)
    stragglers: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.deal(self.random)
        self.met[fault] = self.met.get(fault, 0) + 1
        match fault:
            case "refused":
                raise httpx.ConnectError("The connection was refused.", request=request)
            case "swallowed":
                raise httpx.ReadTimeout("The request was lost.", request=request)
            case "overloaded":
                return httpx.Response(429, json={"code": 20429, "message": "Too Many Requests", "status": 429})
            case "broken":
                return httpx.Response(503, json={"code": 20503, "message": "Service unavailable", "status": 503})
            case _:
                return await self._carry(request, fault)

    async def _carry(self, request: httpx.Request, fault: str) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        if fault == "silent":
            raise httpx.ReadTimeout("The answer was lost.", request=request)
        if fault == "doubled":
            return await self.inner.handle_async_request(request)
        if fault == "late":
            self.stragglers.append(request)
        return response


async def deliver_stragglers(network: UnsteadyNetwork) -> list[httpx.Response]:
    """Deliver what was on its way, in an order of chance, and give the answers that nobody waits for any more."""
    late, network.stragglers = network.stragglers, []
    network.random.shuffle(late)
    answers = [await network.inner.handle_async_request(request) for request in late]
    for answer in answers:
        await answer.aread()
    return answers
