"""mmvpt: adapt a frozen vision backbone by training only prompts and a head."""

import sys

from .compat import asks_for_the_doctor, check_versions
from .operators.finder import stand_behind_mmcv
from .version import __version__, parse_version_info, version_info

stand_behind_mmcv()

if not asks_for_the_doctor(sys.orig_argv):  # who has to see the patient that cannot import
    check_versions()

    from .config_paths import teach_mmengine
    from .multimodal import leave_out_multimodal_models

    teach_mmengine()
    leave_out_multimodal_models()

__all__ = ['__version__', 'parse_version_info', 'version_info']
