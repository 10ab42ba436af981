"""Fractal forms: snowflakes, dragons, trees and ferns."""

from __future__ import annotations

import numpy as np

from ..dice import Rng
from .pieces import Piece, box, hole, line, ngon, rotated, solid
from .table import add_form, form


def _replace_edges(points: np.ndarray, motif: np.ndarray, times: int) -> np.ndarray:
    """Replace each edge of a closed polygon by a motif, which leads from 0 to 1 in the complex plane."""
    outline = points[:, 0] + 1j * points[:, 1]
    for _ in range(times):
        edges = np.roll(outline, -1) - outline
        outline = (outline[:, None] + edges[:, None] * motif[:-1]).ravel()
    return np.stack([outline.real, outline.imag], 1)


def _koch_motif(height: float) -> np.ndarray:
    return np.array([0, 1 / 3, 0.5 + 1j * height, 2 / 3, 1])


@form('fractals')
def _snowflake(rng: Rng) -> list[Piece]:
    return [solid(_replace_edges(ngon(3), _koch_motif(-rng.uniform(0.24, 0.32)), 3))]


@form('fractals')
def _koch_island(rng: Rng) -> list[Piece]:
    number = int(rng.integers(4, 7))
    return [solid(_replace_edges(ngon(number), _koch_motif(rng.uniform(0.2, 0.28)), 3))]


@form('fractals', chiral=True)
def _quadratic_island(rng: Rng) -> list[Piece]:
    step = rng.uniform(0.2, 0.26) * 1j
    motif = np.array([0, 0.25, 0.25 + step, 0.5 + step, 0.5, 0.5 - step, 0.75 - step, 0.75, 1])
    return [solid(_replace_edges(ngon(4, start=-45), motif, 2))]


@form('fractals')
def _coast(rng: Rng) -> list[Piece]:
    points = ngon(5, start=rng.uniform(0, 360))
    for _ in range(5):
        following = np.roll(points, -1, 0)
        length = np.hypot(*(following - points).T)[:, None]
        middle = (points + following) / 2 + rng.normal(0, 0.16, points.shape) * length
        points = np.stack([points, middle], 1).reshape(-1, 2)
    return [solid(points)]


def _walk(rule: dict[str, str], start: str, times: int, degrees: float) -> np.ndarray:
    """Return the path of an L-system: capitals step, + and - turn."""
    for _ in range(times):
        start = ''.join(rule.get(letter, letter) for letter in start)
    turns = np.cumsum([{'+': 1, '-': -1}.get(letter, 0) for letter in start])
    steps = np.array([letter in 'FG' for letter in start])
    angles = np.radians(degrees * turns[steps])
    path = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1), 0)
    return np.concatenate([[(0, 0)], path])


@form('fractals', chiral=True)
def _dragon(rng: Rng) -> list[Piece]:
    path = _walk({'F': 'F+G', 'G': 'F-G'}, 'F', int(rng.integers(6, 8)), 90)
    return [line(path, rng.uniform(0.55, 0.8))]


@form('fractals', chiral=True)
def _hilbert(rng: Rng) -> list[Piece]:
    path = _walk({'A': '+BF-AFA-FB+', 'B': '-AF+BFB+FA-'}, 'A', int(rng.integers(2, 4)), 90)
    return [line(path, rng.uniform(0.35, 0.5))]


@form('fractals', chiral=True)
def _arrowhead(rng: Rng) -> list[Piece]:
    path = _walk({'F': 'G-F-G', 'G': 'F+G+F'}, 'F', int(rng.integers(3, 5)), 60)
    return [line(path, rng.uniform(0.45, 0.6))]


@form('fractals')
def _sierpinski(rng: Rng) -> list[Piece]:
    corners = ngon(3) * (1, rng.uniform(0.9, 1.1))

    def split(triangle: np.ndarray, times: int) -> list[Piece]:
        if not times:
            return []
        middle = (triangle + np.roll(triangle, -1, 0)) / 2
        deeper = [piece for corner in triangle for piece in split((triangle + corner) / 2, times - 1)]
        return [hole(middle), *deeper]

    return [solid(corners), *split(corners, int(rng.integers(2, 4)))]


@form('fractals')
def _carpet(rng: Rng) -> list[Piece]:
    part = rng.uniform(0.28, 0.38)
    holes = [hole(box(-part, -part, part, part))]
    for x, y in np.ndindex(3, 3):
        centre = np.array([x - 1, y - 1]) * 2 / 3
        holes.append(hole(box(-part, -part, part, part) / 3 + centre))
    return [solid(box(-1, -1, 1, 1)), *holes]


@form('fractals')
def _box_fractal(rng: Rng) -> list[Piece]:
    arms = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
    size = rng.uniform(0.5, 0.56)
    return [solid(box(-size, -size, size, size) + 3 * big + small) for big in arms for small in arms]


def _branch(
    rng: Rng, start: np.ndarray, degrees: float, length: float, width: float, depth: int, spread: float, number: int
) -> list[Piece]:
    """Author a branch and those that grow from its end."""
    end = start + length * _toward(degrees)
    pieces = [line([start, end], width)]
    if depth:
        for side in np.linspace(-1, 1, number):
            turn = spread * side + rng.normal(0, 6)
            shorter = length * rng.uniform(0.66, 0.8)
            pieces += _branch(rng, end, degrees + turn, shorter, width * 0.68, depth - 1, spread, number)
    return pieces


@form('fractals')
def _bare_tree(rng: Rng) -> list[Piece]:
    return _branch(rng, np.zeros(2), -90, 1, 0.26, 5, rng.uniform(22, 34), 2)


@form('fractals')
def _coral(rng: Rng) -> list[Piece]:
    return _branch(rng, np.zeros(2), -90, 0.8, 0.34, 3, rng.uniform(38, 52), 3)


@form('fractals')
def _ice_crystal(rng: Rng) -> list[Piece]:
    width, lean = rng.uniform(0.07, 0.1), rng.uniform(0.2, 0.32)
    twigs = [(0.4, lean), (0.68, rng.uniform(0.15, 0.3))]
    pieces = []
    for turn in range(6):
        pieces.append(line(rotated([(0, 0), (0, -1)], 60 * turn), width))
        for place, size in twigs:
            twig = [(-size, -place - size * 0.7), (0, -place), (size, -place - size * 0.7)]
            pieces.append(line(rotated(twig, 60 * turn), width))
    return pieces


@form('fractals', chiral=True)
def _fern(rng: Rng) -> list[Piece]:
    """A stem that bends, with fronds that have leaflets."""
    bend, lean, number = rng.uniform(2, 5), rng.uniform(58, 70), 9
    pieces: list[Piece] = []
    place: np.ndarray = np.zeros(2)
    degrees = -105.0
    for i in range(number):
        degrees += bend
        start, place = place, place + 0.24 * _toward(degrees)
        pieces.append(line([start, place], 0.07))
        size = 0.95 * np.sin(np.pi * (0.2 + 0.75 * i / number))
        for side in (-lean, lean):
            tip = place + size * _toward(degrees + side)
            pieces.append(line([place, tip], 0.05))
            for part in (0.25, 0.5, 0.75):
                twig = place + part * (tip - place)
                reach = 0.3 * size * (1.15 - part)
                pieces += [line([twig, twig + reach * _toward(degrees + side + swing)], 0.05) for swing in (-50, 50)]
    return [*pieces, line([place, place + 0.25 * _toward(degrees)], 0.06)]


def _toward(degrees: float) -> np.ndarray:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def _collage(name: str, maps: list[tuple[float, float, float, float]]) -> None:
    """Add the attractor of similarities (scale, degrees, x, y), as the union of its tiles."""

    def draw(rng: Rng) -> list[Piece]:
        tiles = [ngon(5)]
        shake = rng.normal(0, 4, len(maps))
        for _ in range(3):
            tiles = [
                rotated(tile * scale, degrees + extra) + (x, y)
                for tile in tiles
                for (scale, degrees, x, y), extra in zip(maps, shake, strict=True)
            ]
        return [solid(tile) for tile in tiles]

    add_form(name, 'fractals', draw, chiral=True)


_collage('lace', [(0.5, 0, 0, -0.75), (0.5, 70, 0.6, -0.1), (0.5, -70, -0.6, -0.1), (0.45, 180, 0, 0.45)])
_collage('thicket', [(0.6, -40, -0.45, 0.2), (0.6, 40, 0.45, 0.2), (0.55, 0, 0, -0.55)])
