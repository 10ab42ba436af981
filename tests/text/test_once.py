"""Several processes say a line once."""

import pytest

from mmvpt.text.once import NUMBERS, process_number, say


@pytest.mark.parametrize('variable', NUMBERS)
def test_the_first_process_of_any_launcher_speaks(variable, monkeypatch, capsys):
    for name in NUMBERS:
        monkeypatch.delenv(name, raising=False)
    assert process_number() == 0
    for number in '01':
        monkeypatch.setenv(variable, number)
        say(f'process {number}')
    assert capsys.readouterr().err == 'process 0\n'
