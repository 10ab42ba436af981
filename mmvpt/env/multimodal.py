"""Switching off mmpretrain's multimodal models if the installed transformers is too new for them."""

from __future__ import annotations

import os
import sys
import warnings
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from .versions import distribution_version

#: The module in which mmpretrain stores whether its multimodal models can be imported.
SWITCH = 'mmpretrain.utils.dependency'
#: transformers moved functions that these models import, so `import mmpretrain.models` fails.
TOO_NEW = 5


def leave_out_multimodal_models() -> None:
    """Switch mmpretrain's multimodal models off if they cannot be imported, and say so once.

    mmpretrain imports these models with all others if transformers is installed. The module that stores this decision
    is loaded and changed before mmpretrain is imported.
    """
    version = distribution_version('transformers')
    mmpretrain = find_spec('mmpretrain')
    if version is None or int(version.partition('.')[0]) < TOO_NEW or mmpretrain is None or SWITCH in sys.modules:
        return
    assert mmpretrain.origin is not None
    spec = spec_from_file_location(SWITCH, Path(mmpretrain.origin).parent / 'utils' / 'dependency.py')
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)['WITH_MULTIMODAL'] = False
    sys.modules[SWITCH] = module
    if os.environ.get('RANK', '0') == '0':
        warnings.warn(
            f"mmpretrain's multimodal models (BLIP, LLaVA, ...) are left out, as they do not run with transformers "
            f'{version}. mmvpt uses none of them; to use them yourself, install "transformers<5".',
            stacklevel=2,
        )
