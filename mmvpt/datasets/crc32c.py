"""The sums of TFRecord files, fast enough to check every image."""

from __future__ import annotations

import numpy as np

_CASTAGNOLI = 0x82F63B78
_BLOCK = 1024
_SHORT = 64


def _tables() -> np.ndarray:
    """What a byte adds to the CRC at the end of a block, for each place in the block and each value of the byte."""
    tables = np.empty((_BLOCK, 256), np.uint32)
    last = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        last = (last >> 1) ^ np.where(last & 1, np.uint32(_CASTAGNOLI), np.uint32(0))
    tables[-1] = last
    for place in range(_BLOCK - 2, -1, -1):
        tables[place] = last[tables[place + 1] & 0xFF] ^ (tables[place + 1] >> 8)
    return tables


_TABLES = _tables()
_BYTES = _TABLES[-1].tolist()
_FIRST = _TABLES[:4].tolist()
_STARTS = np.arange(_BLOCK) * 256


def crc32c(data: bytes) -> int:
    """The CRC-32C of bytes. The CRC is linear, so that NumPy looks all bytes up at once."""
    crc = 0xFFFFFFFF
    if len(data) < _SHORT:
        for byte in data:
            crc = _BYTES[(crc ^ byte) & 0xFF] ^ (crc >> 8)
        return crc ^ 0xFFFFFFFF
    padded = np.zeros(-(-len(data) // _BLOCK) * _BLOCK, np.uint8)  # zeros in front change nothing
    padded[-len(data) :] = np.frombuffer(data, np.uint8)
    padded[len(padded) - len(data) :][:4] ^= 0xFF  # the start value is added to the first four bytes
    parts = np.bitwise_xor.reduce(_TABLES.take(padded.reshape(-1, _BLOCK) + _STARTS), axis=1)
    crc = 0
    first, second, third, fourth = _FIRST
    for part in parts.tolist():
        crc = first[crc & 255] ^ second[crc >> 8 & 255] ^ third[crc >> 16 & 255] ^ fourth[crc >> 24] ^ part
    return crc ^ 0xFFFFFFFF


def record_sum(data: bytes) -> int:
    """The sum of bytes as TFRecord files store it: the CRC, turned and moved."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
