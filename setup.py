"""Packaging of mmvpt, with the MIM extension: configs and tools travel inside the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MIM = ('configs', 'tools', 'model-index.yml')
#: Tools that need the tests beside them: of a checkout, not of a package.
FOR_DEVELOPERS = ('benchmark*.py', 'compare_configs.py', 'try_*.py', 'run_tests.sh')


def version() -> str:
    namespace: dict[str, str] = {}
    exec((ROOT / 'mmvpt' / 'version.py').read_text(), namespace)
    return namespace['__version__']


def requirements(name: str) -> list[str]:
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith(('#', '-r '))]


class BuildWithMim(build_py):
    """Put configs and tools into ``mmvpt/.mim``: copies in a wheel, links (where allowed) in an editable install."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            link_mim(ROOT / 'mmvpt' / '.mim')
        else:
            copy_mim(Path(self.build_lib) / 'mmvpt' / '.mim')


def link_mim(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        for name in MIM:
            (folder / name).symlink_to(Path('..') / '..' / name)
    except OSError:  # Windows links for administrators only
        copy_mim(folder)


def copy_mim(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in MIM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns('__pycache__', *FOR_DEVELOPERS))
        else:
            shutil.copy2(source, folder / name)


setup(
    name='mmvpt',
    version=version(),
    description='Adapt a frozen vision backbone by training only prompts and a head',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    author='mmvpt contributors',
    license='Apache-2.0',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.11',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
    python_requires='>=3.11',
    packages=find_packages(include=['mmvpt', 'mmvpt.*']),
    package_data={'mmvpt': ['bases/*']},
    install_requires=requirements('runtime') + requirements('mminstall'),
    extras_require={
        'det': requirements('det'),
        'digits': requirements('digits'),
        'sweep': requirements('sweep'),
        'timm': requirements('timm'),
        'dev': requirements('digits')
        + requirements('sweep')
        + requirements('timm')
        + requirements('tests')
        + requirements('dev'),
    },
    entry_points={'console_scripts': ['mmvpt = mmvpt.__main__:main']},
    cmdclass={'build_py': BuildWithMim},
    zip_safe=False,
)
