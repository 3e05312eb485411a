"""A desk over a whole entity type: every convention of its index as a control, and what it does to the ranking.

For the bureau's own eyes: figures of every respondent stand here. Nothing of it is published.
"""

from cescore.desk.explore.desk import Explorer, explore

__all__ = ["Explorer", "explore"]
