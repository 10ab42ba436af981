"""What came of a case, from what was seen."""

from __future__ import annotations

import re
from pathlib import Path

from .case import Case, Outcome, Right, Seen
from .readers import READERS, Reader

#: What a refusal tells to do begins with one of these.
REMEDY = re.compile(
    r'\b(Add|Ask|Build|Call|Check|Choose|Compare|Compute|Convert|Copy|copy|Delete|Download|download|Free|Give|Install|'
    r'Leave|Let|Load|Look|Make|Merge|Pass|pass|Read|Remove|Resume|resume|Run|Save|save|Score|Set|set|Start|start|Take|'
    r'Tell|Train|Update|Use|Write|makes them|writes deltas|Only if you trust)\b'
)


def judge(case: Case, seen: Seen, path: Path) -> Outcome:
    """Say what came of it.

    Args:
        case: What was tried.
        seen: What was seen.
        path: Of the damaged file.
    """
    reader = READERS[case.reader]
    for outcome, found in (
        (Outcome.CODE, seen.code),
        (Outcome.DELETED, bool(seen.changed)),
        (Outcome.CRASHED, bool(seen.killed)),
        (Outcome.MEMORY, seen.memory),
    ):
        if found:
            return outcome
    right = right_of(case, reader)
    if seen.returned:
        return Outcome.WRONG if right is Right.REFUSE else Outcome.ACCEPTED
    if right is Right.ACCEPT:
        return Outcome.OVER
    return _of_refusal(seen, reader, path)


def right_of(case: Case, reader: Reader) -> Right:
    """What this reader should do with this damage."""
    damage = case.damage
    looks = reader.depth >= damage.depth and (not damage.only or case.reader in damage.only)
    return damage.right if looks or damage.right is Right.ACCEPT else Right.EITHER


def _of_refusal(seen: Seen, reader: Reader, path: Path) -> Outcome:
    if not seen.ours:
        return Outcome.OTHER
    named = not reader.told or path.name in seen.message
    if not named or not REMEDY.search(seen.message):
        return Outcome.NAMELESS
    return Outcome.TRACEBACK if reader.command and seen.traceback else Outcome.REFUSED
