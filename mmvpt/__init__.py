"""mmvpt: adapt a frozen vision backbone by training only prompts and a head."""

import sys
from pathlib import Path

from mmvpt.env.finder import stand_behind_mmcv
from mmvpt.env.versions import check_versions, is_check_env
from mmvpt.version import __version__, parse_version_info, version_info

__path__.append(str(Path(__file__).parent / 'moved'))  # modules with their earlier names
stand_behind_mmcv()

if not is_check_env(sys.orig_argv):  # check_env must start even where importing mmvpt would fail
    check_versions()

    from mmvpt.env.multimodal import leave_out_multimodal_models
    from mmvpt.mmengine_patches import teach_mmengine

    teach_mmengine()
    leave_out_multimodal_models()

__all__ = ['__version__', 'parse_version_info', 'version_info']
