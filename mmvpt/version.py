"""The version of mmvpt."""

import re

__version__ = '0.1.0'


def parse_version_info(version: str) -> tuple[int | str, ...]:
    """``'1.2.0rc1'`` as ``(1, 2, 0, 'rc1')``, as packages of OpenMMLab give theirs."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r'\d+|[a-z]+\d+', version))


version_info = parse_version_info(__version__)
