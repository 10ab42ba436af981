"""Look at Clutter, or time it: ``python -m mmvpt.datasets.clutter sheets FOLDER``, ``... speed``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2

from .contact_sheet import form_sheet, owner_sheet, picture_sheet, save_sheet, texture_sheet
from .draw import draw_picture
from .ranges import CLEAR, Ranges
from .render import render
from .warm import warm_up


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='python -m mmvpt.datasets.clutter', description=__doc__)
    verbs = parser.add_subparsers(dest='verb', required=True)
    sheets = verbs.add_parser('sheets', help='draw contact sheets of pictures, forms and textures')
    sheets.add_argument('folder', type=Path)
    speed = verbs.add_parser('speed', help='count pictures per second of one core')
    speed.add_argument('--number', type=int, default=300, help='pictures in a round')
    speed.add_argument('--rounds', type=int, default=5, help='rounds, of which the fastest counts')
    for verb in (sheets, speed):
        verb.add_argument('--side', type=int, default=64, help='height and width of the pictures')
    return parser


def _draw_sheets(folder: Path, side: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_sheet(folder / 'broad.png', picture_sheet(Ranges(side=side)))
    save_sheet(folder / 'clear.png', picture_sheet(CLEAR.at(side)))
    save_sheet(folder / 'owners.png', owner_sheet(Ranges(side=side)))
    save_sheet(folder / 'owners_clear.png', owner_sheet(CLEAR.at(side)))
    save_sheet(folder / 'forms.png', form_sheet())
    save_sheet(folder / 'textures.png', texture_sheet())


def _time(side: int, number: int, rounds: int) -> None:
    cv2.setNumThreads(1)
    ranges = Ranges(side=side)
    start = time.process_time()
    warm_up(ranges)
    print(f'warm-up of all forms and textures: {time.process_time() - start:.1f} s')
    seconds = []
    for index in range(rounds):
        start = time.process_time()
        for picture in range(number):
            render(draw_picture(ranges, index, picture))
        seconds.append(time.process_time() - start)
    print(f'{number / min(seconds):.0f} pictures of {side}x{side} per second of one core')


def _main() -> None:
    arguments = _make_parser().parse_args()
    if arguments.verb == 'sheets':
        _draw_sheets(arguments.folder, arguments.side)
    else:
        _time(arguments.side, arguments.number, arguments.rounds)


if __name__ == '__main__':
    _main()
