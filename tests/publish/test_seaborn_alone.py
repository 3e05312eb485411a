"""seaborn waits for SciPy's statistics until a picture needs them, and draws the same then."""

from __future__ import annotations

import subprocess
import sys

DRAW = """
import sys, numpy as np, matplotlib; matplotlib.use("Agg"); import matplotlib.pyplot as plt
{load}
early = "scipy.stats" in sys.modules
data = np.random.default_rng(1).normal(size=(12, 3))
drawn = sns.kdeplot(x=data[:, 0], cumulative=True).lines[0].get_xydata()
tree = sns.clustermap(data).dendrogram_row.linkage
print(early, drawn.sum(), tree.sum())
"""


def drawn(load: str) -> list[str]:
    code = [sys.executable, "-c", DRAW.format(load=load)]
    ran = subprocess.run(code, capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr
    return ran.stdout.split()


def test_a_density_and_a_tree_are_the_same_though_scipy_is_loaded_for_them_only() -> None:
    early, *ours = drawn(
        "from cescore.publish.charts.seaborn_alone import seaborn; sns = seaborn()"
    )
    early_as_it_is, *theirs = drawn("import seaborn as sns")
    assert (early, early_as_it_is) == ("False", "True"), "else nothing is gained by it"
    assert ours == theirs
