"""Cedar as a peer: whether any power holds, which is one of the four questions that a verdict takes.

Cedar says permit or forbid and knows nothing unknown. Each power is written as a permit, negations pushed down to the
leaves, where a missing attribute satisfies nothing: that is true just where the kernel finds the power's condition
true. Questions of law that are settled are attributes like any other.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.common import ensure

from comity.kernel.decision import Judge
from comity.kernel.law import Reading
from comity.kernel.words import Both, Compare, Condition, Either, Groups, Not, Value, Within, Word


def powers(reading: Reading, facts: list[dict[str, Value]]) -> Callable[[], list[bool]]:
    """Cedar on every case; what it is asked is made beforehand."""
    ensure("cedarpy")
    import cedarpy

    judge = Judge(reading)
    rules = [rule for rule in reading.rules if rule.effect == "compels"]
    texts = [
        f"permit(principal, action, resource) when {{ {policy(rule.when, reading.groups, True)} }};" for rule in rules
    ]
    policies, entities = cedarpy.PolicySet.from_str("\n".join(texts)), cedarpy.Entities.from_json_str("[]")
    asked = [
        {"principal": 'Office::"o"', "action": 'Action::"demand"', "resource": 'Record::"r"',
         "context": {attribute(t): v for t, v in {**case, **judge.settled}.items() if v is not None}}
        for case in facts
    ]  # fmt: skip
    return lambda: [said.allowed for said in cedarpy.is_authorized_batch(asked, policies, entities)]


def wanted(reading: Reading, facts: list[dict[str, Value]]) -> list[bool]:
    """What the kernel says to the same question."""
    judge = Judge(reading)
    found = (judge.decide(case) for case in facts)
    return [any(reason.truth is True for reason in decision.powers) for decision in found]


def policy(condition: Condition, groups: Groups, wanted: bool) -> str:
    """Cedar's expression for where a condition is surely true (`wanted`), or surely false."""
    match condition:
        case Not(part):
            return policy(part, groups, not wanted)
        case Both(parts) | Either(parts):
            joint = "&&" if isinstance(condition, Both) is wanted else "||"
            neutral = "true" if joint == "&&" else "false"
            return "(" + (f" {joint} ".join(policy(part, groups, wanted) for part in parts) or neutral) + ")"
        case Word(name):
            value = f"context.{attribute(name)}" if wanted else f"!context.{attribute(name)}"
        case Compare(name, code, same):
            value = f'context.{attribute(name)} {"==" if same is wanted else "!="} "{code}"'
        case Within(name, group, inside):
            members = ", ".join(f'"{place}"' for place in sorted(groups.get(group, ())))
            value = f"[{members}].contains(context.{attribute(name)})"
            value = value if inside is wanted else f"!{value}"
    return f"(context has {attribute(name)} && {value})"


def attribute(term: str) -> str:
    """A term's name as Cedar has it."""
    return term.replace(".", "_").replace("-", "_")
