"""What schemathesis asks of any face that describes itself: every check it has, a bounded number of examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

SOUND = ("2xx", "400", "401", "403", "404", "409", "412", "422", "428", "429")
"""What may be answered to a request that is as described: the desk may still refuse it, for a reason that it gives."""


@dataclass(frozen=True)
class Face:
    """An ASGI application that answers to `localhost` and describes itself at `path`, and how it is to be asked."""

    app: Any
    path: str
    heads: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)


def configured(face: Face, examples: int) -> SchemathesisConfig:
    """Every check, with the face's headers and parameters on every request."""
    project = ProjectConfig(
        headers=dict(face.heads),
        parameters=dict(face.given),
        generation=GenerationConfig(max_examples=examples, deterministic=True, database="none", no_shrink=True),
        checks=ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=SOUND)),
        continue_on_failure=True,
    )
    return SchemathesisConfig(projects=ProjectsConfig(default=project), seed=1)


def complaints(face: Face, examples: int = 4) -> set[str]:
    """What is wrong with a face; every operation of its description is tried."""
    schema = schemathesis.openapi.from_asgi(face.path, face.app, config=configured(face, examples))
    found: set[str] = set()
    tried: set[str] = set()
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            found.add(f"{event.label}: {event.value!r}")
        elif isinstance(event, ScenarioFinished):
            tried.add(event.label or "")
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        found.add(f"{event.label}: {check.name}: {failure.title}: {failure.message[:600]}")
    assert len(tried) > 3, tried
    return found
