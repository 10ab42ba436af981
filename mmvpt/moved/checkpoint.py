"""``mmvpt.checkpoint``, now the folder ``mmvpt.files``."""

from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.match import KeyReport, load_matching
from mmvpt.files.read import read_checkpoint, read_metadata
from mmvpt.files.write import write_atomically, write_safetensors

__all__ = [
    'KeyReport',
    'fingerprint',
    'load_matching',
    'read_checkpoint',
    'read_metadata',
    'write_atomically',
    'write_safetensors',
]
