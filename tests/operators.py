"""Whoever sets a bot up, in a test: what is set, what is typed, and where they were sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from unroller.core.errors import SetupError


@dataclass(slots=True)
class Settled:
    """A `ports.Operator` with answers by setting. `visit` is what the person does where they are sent."""

    answers: dict[str, str] = field(default_factory=dict)
    visit: Callable[[str], None] = lambda url: None
    sent_to: list[str] = field(default_factory=list)

    def ask(self, what: str, setting: str, *, secret: bool = False) -> str:
        if setting not in self.answers:
            raise SetupError(f"{what}: there is nobody to ask.")
        return self.answers[setting]

    def send_to(self, url: str, why: str) -> None:
        self.sent_to.append(url)
        self.visit(url)
