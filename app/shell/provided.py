"""What the program puts in for all pages: the accounts, the directory, and whatever else their functions ask for."""

from typing import Any, TypeVar, cast

from fastapi import FastAPI

Thing = TypeVar("Thing")


class Provided:
    """Things by their type; each type has one."""

    def __init__(self) -> None:
        self._things: dict[type[Any], object] = {}

    def put(self, thing: object) -> None:
        self._things[type(thing)] = thing

    def get(self, kind: type[Thing]) -> Thing:
        """The thing of this type; raises LookupError when the program put none in."""
        if kind not in self._things:
            raise LookupError(f"The program provides no {kind.__name__} for the pages.")
        return cast("Thing", self._things[kind])


def provide(app: FastAPI, thing: object) -> None:
    """Puts a thing in for the pages of an application that is furnished."""
    provided: Provided = app.state.provided
    provided.put(thing)
