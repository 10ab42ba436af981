"""Pickles that run code, or whose containers, arrays and tensors are not what they say."""

from __future__ import annotations

import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

from .case import Damage, Depth, Right, whole
from .containers import as_pth, as_zip, members
from .true import TrueFiles

GIGA = 1 << 30


def dumps(value: object, protocol: int = 2) -> bytes:
    """Pickle, as ``torch.save`` does."""
    return pickle.dumps(value, protocol)


def called(module: str, name: str, *arguments: object, state: object = None) -> bytes:
    """Opcodes of a call by name, whether there is such a thing or not."""
    parts = b''.join(dumps(argument)[2:-1] for argument in arguments)
    made = f'c{module}\n{name}\n'.encode() + b'(' + parts + b'tR'
    return made if state is None else made + dumps(state)[2:-1] + b'b'


def dict_of(value: bytes, key: str = 'state_dict') -> bytes:
    """A pickled dict with the opcodes of one value."""
    name = key.encode()
    return b'\x80\x02}X' + struct.pack('<I', len(name)) + name + value + b's.'


# ------------------------------------------------------------------------------------------------------ running code


def codes(true: TrueFiles) -> dict[str, bytes]:
    """Opcodes that run code where they are obeyed."""
    canary = str(true.canary)
    shell = f'touch {canary}'
    source = f'open({canary!r}, "w").close()'
    calls: dict[str, tuple[str, str, tuple[object, ...]]] = {
        'os.system': ('os', 'system', (shell,)),
        'posix.system': ('posix', 'system', (shell,)),
        'nt.system': ('nt', 'system', (shell,)),
        'builtins.exec': ('builtins', 'exec', (source,)),
        'builtins.eval': ('builtins', 'eval', (source,)),
        '__builtin__.eval': ('__builtin__', 'eval', (source,)),
        'builtins.open': ('builtins', 'open', (canary, 'w')),
        'io.open': ('io', 'open', (canary, 'w')),
        'subprocess.Popen': ('subprocess', 'Popen', (['touch', canary],)),
        'shutil.rmtree': ('shutil', 'rmtree', (str(true.precious),)),
        'os.remove': ('os', 'remove', (str(true.precious / 'thesis.pth'),)),
        'runpy.run_path': ('runpy', 'run_path', (str(true.case / 'evil.py'),)),
        'importlib.import_module': ('importlib', 'import_module', ('evil',)),
        'pickle.loads': ('pickle', 'loads', (b'\x80\x02' + called('os', 'system', shell) + b'.',)),
        'torch.load': ('torch', 'load', (str(true.case / 'other.pth'),)),
        'torch.hub.load': ('torch.hub', 'load', ('evil/evil', 'evil')),
        'timeit.timeit': ('timeit', 'timeit', (source,)),
        'numpy.load': ('numpy', 'load', (str(true.case / 'other.npy'),)),
        'numpy.save': ('numpy', 'save', (canary, 1)),
        'functools.partial': ('functools', 'partial', ()),
        'types.FunctionType': ('types', 'FunctionType', ()),
        'mmengine.fileio.dump': ('mmengine.fileio', 'dump', (1, canary, 'json')),
        'a class of ours': ('mmvpt.models', 'TunedBackbone', ()),
    }  # fmt: skip
    found = {name: called(module, thing, *arguments) for name, (module, thing, arguments) in calls.items()}
    return found | _reaching(canary)


def _reaching(canary: str) -> dict[str, bytes]:
    """Ways around by what readers let pass: getattr, and the state of known types."""
    history = b'cmmengine.logging.history_buffer\nHistoryBuffer\n'

    def reach(owner: bytes, *names: str) -> bytes:
        for name in names:
            owner = b'cbuiltins\ngetattr\n(' + owner + dumps(name)[2:-1] + b'tR'
        return owner

    return {
        'getattr to globals': reach(history, '__init__', '__globals__'),
        'getattr to __class__': reach(history, '__class__'),
        'getattr of a tensor': reach(b'ctorch\nTensor\n', '__init__'),
        'getattr of a method that is known': reach(reach(history, 'mean'), '__globals__'),
        'a name with dots': called('mmengine.logging.history_buffer', 'HistoryBuffer.mean.__globals__'),
        'a call of a method that is known': reach(history, 'mean') + b'(' + dumps(3)[2:-1] + b'tR',
        'a history with other attributes': history
        + b')\x81'
        + dumps({'__class__': 'evil', 'mean': canary, '_log_history': 'evil'})[2:-1]
        + b'b',
        'a history whose statistics are names': history
        + b')\x81'
        + dumps({'_statistics_methods': {'x': 'os'}})[2:-1]
        + b'b',
        'an OrderedDict with state': called('collections', 'OrderedDict', state={'_metadata': {'': {'a': 1}}}),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ arrays and tensors


def arrays() -> dict[str, bytes]:
    """Arrays of numpy that claim what the file does not hold."""

    def rebuilt(shape: object, code: str = 'f8', state: object = None) -> bytes:
        dtype = called('numpy', 'dtype', code, False, True)
        body = (
            b'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n' + dumps(shape)[2:-1] + dumps(b'b')[2:-1] + b'tR'
        )
        if state is None:
            return body
        values, data = state  # type: ignore[misc]
        return body + b'(K\x01' + dumps(values)[2:-1] + dtype + dumps(False)[2:-1] + dumps(data)[2:-1] + b'tb'

    made = b'cnumpy\nndarray\n('
    return {
        'an array of a gigabyte': rebuilt((GIGA,)),
        'an array of many gigabytes': rebuilt((1 << 36,)),
        'an array that overflows': rebuilt((1 << 40, 1 << 40)),
        'an array of no length': rebuilt((-1,)),
        'an array whose state claims a gigabyte': rebuilt((0,), state=((GIGA,), b'1234')),
        'an array whose state claims less': rebuilt((0,), state=((1,), bytes(80))),
        'an array of objects': rebuilt((0,), 'O8', state=((2,), [1, 2])),
        'an array of objects without objects': rebuilt((0,), 'O8', state=((GIGA >> 3,), [1])),
        'an array of objects, one short': rebuilt((0,), 'O8', state=((100_000,), [1])),
        'an array of long texts': rebuilt((0,), 'S1000000000', state=((4,), b'1234')),
        'an array made of a gigabyte': made + dumps((GIGA,))[2:-1] + b'tR',
        'an array made of a gigabyte of objects': made + dumps((GIGA >> 2,))[2:-1] + dumps('O')[2:-1] + b'tR',
        'an array over an address': made + dumps((8,))[2:-1] + dumps('f8')[2:-1] + dumps(b'12')[2:-1] + b'tR',
        'a scalar of an object': b'cnumpy.core.multiarray\nscalar\n('
        + called('numpy', 'dtype', 'O8', False, True) + dumps(b'1234')[2:-1] + b'tR',
        'a scalar that is too short': b'cnumpy.core.multiarray\nscalar\n('
        + called('numpy', 'dtype', 'f8', False, True) + dumps(b'1')[2:-1] + b'tR',
        'a dtype with a state': called(
            'numpy', 'dtype', 'f8', False, True, state=(3, '<', None, None, None, -1, -1, 0)
        ),
        'a dtype of many fields': called('numpy', 'dtype', [('a', 'f8', (GIGA,))], False, True),
    }  # fmt: skip


def tensors() -> dict[str, bytes]:
    """Tensors that claim other sizes than their storage has; storage 0 has 16 bytes."""

    def stored(
        size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0, count: int = 4, key: str = '0'
    ) -> bytes:
        storage = b'(' + dumps('storage')[2:-1] + b'ctorch\nFloatStorage\n' + b''.join(
            dumps(part)[2:-1] for part in (key, 'cpu', count)
        ) + b'tQ'  # fmt: skip
        rest = b''.join(dumps(part)[2:-1] for part in (offset, size, stride, False))
        return b'ctorch._utils\n_rebuild_tensor_v2\n(' + storage + rest + b'ccollections\nOrderedDict\n)RtR'

    meta = b'ctorch._utils\n_rebuild_meta_tensor_no_storage\n('
    return {
        'a tensor larger than its storage': stored((1 << 10,), (1,)),
        'a tensor of gigabytes': stored((1 << 15, 1 << 15), (1 << 15, 1)),
        'a number spread over terabytes': stored((1 << 40,), (0,)),
        'a number spread over a gigabyte': stored((1 << 28,), (0,)),
        'a tensor of no length': stored((-4,), (1,)),
        'a stride backwards': stored((4,), (-1,)),
        'an offset behind the storage': stored((1,), (1,), 100),
        'an offset before the storage': stored((1,), (1,), -4),
        'a size that overflows': stored((1 << 62, 8), (1, 1)),
        'a storage of gigabytes': stored((4,), (1,), count=GIGA),
        'a storage that is not there': stored((4,), (1,), key='7'),
        'a storage outside of the archive': stored((4,), (1,), key='../../etc/passwd'),
        'a tensor without values': meta + b''.join(
            [b'ctorch\nfloat32\n', *(dumps(part)[2:-1] for part in ((4,), (1,), False))]
        ) + b'tR',
        'a tensor that is no tensor': called('torch._utils', '_rebuild_tensor_v2', 'x', 0, (1,), (1,), False, {}),
        'a parameter of nothing': called('torch._utils', '_rebuild_parameter', 3, True, {}),
    }  # fmt: skip


# -------------------------------------------------------------------------------------------------------- containers


def containers() -> dict[str, bytes]:
    """Whole pickles of containers that nobody needs, or that claim more than they hold."""
    deep = b'\x80\x02' + b']' * 100_000 + b'a' * 99_999 + b'.'
    doubled = b'\x80\x02]q\x00' + b''.join(b'h\x00h\x00\x86q\x00' for _ in range(64)) + b'.'
    itself: list[object] = []
    itself.append(itself)
    cycle: dict[str, object] = {}
    cycle['state_dict'] = cycle
    claims = {
        'text of gigabytes is claimed': b'\x80\x02X' + struct.pack('<I', 0xFFFFFFFF) + b'abc.',
        'bytes of an exabyte are claimed': b'\x80\x04\x8e' + struct.pack('<Q', 1 << 60) + b'abc.',
        'a number of gigabytes is claimed': b'\x80\x02\x8b' + struct.pack('<i', 0x7FFFFFFF) + b'abc.',
        'a frame of an exabyte': b'\x80\x04\x95' + struct.pack('<Q', 1 << 60) + b'}.',
        'a memo place of gigabytes': b'\x80\x02}r' + struct.pack('<I', 0xFFFFFFF0) + b'.',
    }
    plain: dict[str, object] = {
        'a list': [1, 2],
        'nothing': None,
        'a number': 3,
        'text': 'weights',
        'a dict of numbers': {1: 2},
        'a list for state_dict': {'state_dict': [1, 2]},
        'nothing for state_dict': {'state_dict': None},
        'text for state_dict': {'state_dict': 'weights'},
        'numbers for tensors': {'state_dict': {'cls_token': 3}},
        'numbers for names': {'state_dict': {3: 4}},
        'a list in itself': {'state_dict': itself},
        'a dict in itself': cycle,
        'no dict at all': {},
        'ten thousand texts': {'state_dict': {str(i): 'x' for i in range(10_000)}},
        'meta is a list': {'state_dict': {}, 'meta': [1]},
        'meta is nothing': {'state_dict': {}, 'meta': None},
    }
    return {
        'lists in lists': deep,
        'dicts in dicts': b'\x80\x02' + b'}X\x01\x00\x00\x00a' * 20_000 + b'}' + b's' * 20_000 + b'.',
        'pairs doubled sixty times': doubled,
        'a stack left over': b'\x80\x02}}}}.',
        'an empty stack': b'\x80\x02.',
        'no end': b'\x80\x02}',
        'an unknown opcode': b'\x80\x02\xff.',
        'a protocol to come': b'\x80\x63}.',
        **claims,
        **{name: dumps(value) for name, value in plain.items()},
    }


STORAGE = {'0': struct.pack('<4f', 1, 2, 3, 4)}
Frame = Callable[[bytes], bytes]
#: They do no harm.
HARMLESS = (
    'a history with other attributes', 'a history whose statistics are names', 'an OrderedDict with state',
    'a dtype with a state', 'a memo place of gigabytes', 'a protocol to come', 'a stack left over',
    'another pickle behind',
)  # fmt: skip
#: Seen by those who know what the state dict is for.
PLAIN = (
    'a dict of numbers', 'a list for state_dict', 'nothing for state_dict', 'text for state_dict',
    'numbers for tensors', 'numbers for names', 'a list in itself', 'a dict in itself', 'no dict at all',
    'ten thousand texts', 'meta is a list', 'meta is nothing', 'dicts in dicts', 'a number spread over terabytes',
    'a number spread over a gigabyte',
)  # fmt: skip


def damages(true: TrueFiles, frame: Frame = dict_of) -> Iterator[Damage]:
    """All of them as ``.pth``.

    Args:
        true: Where they point.
        frame: Puts opcodes into a checkpoint.
    """
    for group in (codes(true), arrays(), tensors()):
        for name, code in group.items():
            yield _damage(name, as_pth(frame(code), STORAGE))
    for name, pickled in containers().items():
        yield _damage(name, as_pth(pickled, STORAGE))
    for name, content in _other_archives(true).items():
        yield _damage(name, content)


def _damage(name: str, content: bytes) -> Damage:
    right = Right.EITHER if name in HARMLESS else Right.REFUSE
    return Damage('', name, whole(content), Depth.MODEL if name in PLAIN else Depth.FILE, right, '.pth')


@cache
def _bomb() -> bytes:
    return as_zip({'archive/data.pkl': bytes(300 << 20), 'archive/version': b'3'}, zipfile.ZIP_DEFLATED)


def _other_archives(true: TrueFiles) -> dict[str, bytes]:
    evil = dict_of(called('os', 'system', f'touch {true.canary}'))
    legacy = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({'little_endian': True}, 2)
    traced = {
        'archive/data.pkl': evil,
        'archive/constants.pkl': evil,
        'archive/code/x.py': b'',
        'archive/version': b'3',
    }
    return {
        'code in the format before zip': legacy + evil + pickle.dumps([], 2),
        'code in a bare pickle': evil,
        'code in a traced model': as_zip(traced),
        'a path out of the archive': as_zip({'../../evil/data.pkl': evil, '../../evil/version': b'3'}),
        'an archive of nothing': as_zip({}),
        'an archive without a pickle': as_zip({'archive/version': b'3'}),
        'a bomb in an archive': _bomb(),
        'another pickle behind': as_zip({**members(as_pth(dict_of(b'}'))), 'archive/data.pkl2': evil}),
    }
