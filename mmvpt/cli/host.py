"""Run a tool of mmpretrain, mmseg or mmdet with mmvpt imported first.

The tools read a config before they import mmvpt, so they fail at a config that inherits ``mmvpt::...``. Through this
command they find it, and detection finds operators if MMCV was installed without its compiled ones.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from mmvpt.config.hosts import HOSTS

EPILOG = """examples:
  python -m mmvpt host mmseg                                   list the tools of mmseg
  python -m mmvpt host mmseg misc/print_config.py my_config.py
  python -m mmvpt host mmdet test.py my_config.py iter_9.safetensors
  torchrun --nproc_per_node 2 -m mmvpt host mmseg test.py my_config.py iter_9.safetensors --launcher pytorch
"""


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(
        program, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('host', choices=HOSTS, help='package of the tool')
    parser.add_argument(
        'tool', nargs='?', help='its name below the tools of the package; without it, all tools are listed'
    )
    parser.add_argument('arguments', nargs=argparse.REMAINDER, help='arguments of the tool, such as --help')
    return parser


def run(args: argparse.Namespace) -> None:
    """Run the tool as ``python TOOL`` would, or list all tools."""
    try:
        folder = tools_of(args.host)
        if args.tool is None:
            print('\n'.join(names_in(folder)))
            return
        tool = find_tool(folder, args.tool)
    except (FileNotFoundError, ModuleNotFoundError) as error:
        raise argparse.ArgumentError(None, str(error)) from error
    run_tool(tool, args.arguments)


def tools_of(host: str) -> Path:
    """Folder of the tools that a host ships in its package."""
    spec = find_spec(host)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f'{host} is not installed. Run: {HOSTS[host].install_command}')
    folder = Path(spec.origin).parent / '.mim' / 'tools'
    if not folder.is_dir():
        raise FileNotFoundError(f'This build of {host} ships no tools: there is no {folder}.')
    return folder


def names_in(folder: Path) -> list[str]:
    """Names of the tools in a folder, such as ``misc/print_config.py``."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob('*.py'))


def find_tool(folder: Path, name: str) -> Path:
    """Return the file of a tool; its folder and its ending may be left out if only one tool fits."""
    names = names_in(folder)
    wanted = name if name.endswith('.py') else f'{name}.py'
    found = [wanted] if wanted in names else [there for there in names if there.endswith(f'/{wanted}')]
    if len(found) == 1:
        return folder / found[0]
    near = found or get_close_matches(wanted, names, n=3, cutoff=0.4) or names
    raise FileNotFoundError(f'{"Several tools are" if found else "No tool is"} called {name!r}. Try: {", ".join(near)}')


def run_tool(tool: Path, arguments: Sequence[str]) -> None:
    """Run a tool in this process; without a GPU, processes of a launcher are connected by gloo."""
    from mmvpt.engine.distributed import prepare_hosts_without_gpu, shutdown

    sys.argv = [str(tool), *arguments]
    sys.path[0] = str(tool.parent)
    prepare_hosts_without_gpu(arguments)
    runpy.run_path(str(tool), run_name='__main__')
    shutdown()
