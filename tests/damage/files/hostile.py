"""What a hostile file has to say: types that are functions, code, paths and addresses."""

from __future__ import annotations

from .true import TrueFiles

#: Nothing listens there, and nobody may ask.
ADDRESS = 'http://127.0.0.1:9/evil.pth'


def types(true: TrueFiles) -> dict[str, dict[str, object]]:
    """Configs whose type is a function, or that point at something."""
    canary = str(true.canary)
    head = dict(type='LinearClsHead', num_classes=3, in_channels=32)
    return {
        'os.system': dict(type='os.system', command=f'touch {canary}'),
        'posix.system': dict(type='posix.system', command=f'touch {canary}'),
        'os.mkdir': dict(type='os.mkdir', path=canary),
        'builtins.open': dict(type='builtins.open', file=canary, mode='w'),
        'builtins.exec': dict(type='builtins.exec', source=f'open({canary!r}, "w")'),
        'subprocess.run': dict(type='subprocess.run', args=['touch', canary]),
        'subprocess.Popen': dict(type='subprocess.Popen', args=['touch', canary]),
        'runpy.run_path': dict(type='runpy.run_path', path_name=str(true.case / 'evil.py')),
        'shutil.rmtree': dict(type='shutil.rmtree', path=str(true.precious)),
        'os.remove': dict(type='os.remove', path=str(true.precious / 'thesis.pth')),
        'a function of a host': dict(type='mmengine.fileio.io.dump', obj=1, file=canary, file_format='json'),
        'a module that is imported': dict(type='evil.run', path=canary),
        'a nested type': dict(head, loss=dict(type='os.mkdir', path=canary)),
        'an address of weights': dict(head, init_cfg=dict(type='Pretrained', checkpoint=ADDRESS)),
    }


def texts(true: TrueFiles, good: str) -> dict[str, str]:
    """Configs as text, of which a host makes a config by running it; ``good`` is a true one."""
    canary = str(true.canary)
    path = str(true.case)
    return {
        'a statement': f'{good}\nopen({canary!r}, "w").close()\n',
        'an import': f'{good}\nimport os\nos.system("touch {canary}")\n',
        'an expression in a value': f'{good}\nx = dict(a=__import__("os").system("touch {canary}"))\n',
        'custom_imports': f'{good}\nimport sys\nsys.path.append({path!r})\ncustom_imports = dict(imports=["evil"])\n',
        'a base': f'_base_ = [{path + "/evil.py"!r}]\n{good}',
        'a lazy import': f'from mmengine.config import read_base\nwith read_base():\n    from .evil import *\n{good}',
        'a loop in a value': f'{good}\nx = [open({canary!r}, "w") for _ in range(1)]\n',
        'a function for a type': f'{good}\nmodel.head = dict(type="os.mkdir", path={canary!r})\n'
        f'model = dict(type="os.mkdir", path={canary!r})\n',
        'a curly variable': f'{good}\nx = "{{{{ fileDirname }}}}"\ny = dict(a=open({canary!r}, "w"))\n',
    }
