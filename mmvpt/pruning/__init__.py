"""Which prompts matter: scores, what to prune by them, and the start to train the rest from (E2VPT)."""

from .importance import SEGMENT_LAYOUTS, Scores, score_prompts
from .keep import RANKINGS, Keep, count_kept, keep_best, set_keep
from .rewind import check_scores, rewind

__all__ = [
    'RANKINGS',
    'SEGMENT_LAYOUTS',
    'Keep',
    'Scores',
    'check_scores',
    'count_kept',
    'keep_best',
    'rewind',
    'score_prompts',
    'set_keep',
]
