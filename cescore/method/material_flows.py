"""Economy-wide material flows: inputs, consumption, trade balance, and the share that is circular.

Masses in one unit throughout, all solid, liquid and gaseous materials but water and air. A missing
value stays missing; a rate over nothing, or over a negative total, is missing too, never infinite.

References
----------
Eurostat, Economy-wide material flow accounts handbook (2018 edition); Eurostat, Circular material use
rate, calculation method (2018 edition); the Chinese set CRR1, CRR2 as in methodology 7.2.
"""

from __future__ import annotations

import pandas as pd


def dmi(de: pd.Series, imports: pd.Series) -> pd.Series:
    """Direct material input: domestic extraction plus imports."""
    return de + imports


def dmc(de: pd.Series, imports: pd.Series, exports: pd.Series) -> pd.Series:
    """Domestic material consumption: extraction plus imports less exports; stocks do not enter.

    Examples
    --------
    >>> flows = [pd.Series([x]) for x in (350_022.7, 279_054.0, 206_102.1)]  # Spain 2018, kt
    >>> dmc(*flows).round(1).tolist()
    [422974.6]
    """
    return de + imports - exports


def ptb(imports: pd.Series, exports: pd.Series) -> pd.Series:
    """Physical trade balance: imports less exports; positive for a net importer."""
    return imports - exports


def circular_use(rcv_r: pd.Series, imports_w: pd.Series, exports_w: pd.Series) -> pd.Series:
    """U = RCV_R - IMP_w + EXP_w, waste recycled that was collected at home.

    ``rcv_r``: recovery operations R2-R11, without energy recovery and backfilling. Waste imported
    for recycling was collected elsewhere and is subtracted, exported waste is added.
    """
    return rcv_r - imports_w + exports_w


def cmu_rate(circular: pd.Series, consumption: pd.Series) -> pd.Series:
    """Circular material use rate U / (DMC + U), a fraction.

    Examples
    --------
    >>> cmu_rate(pd.Series([10.0, 10.0]), pd.Series([90.0, -20.0])).tolist()
    [0.1, nan]
    """
    return _share(circular, consumption + circular)


def crr1(recycled: pd.Series, direct_input: pd.Series) -> pd.Series:
    """CRR1 = CR / (CR + DMI): recycled material in all material put in, a fraction."""
    return _share(recycled, recycled + direct_input)


def crr2(recycled: pd.Series, waste_generated: pd.Series) -> pd.Series:
    """CRR2 = CR / TG: recycled material per solid waste generated, a fraction."""
    return _share(recycled, waste_generated)


def resource_productivity(gdp: pd.Series, consumption: pd.Series) -> pd.Series:
    """GDP per unit of material consumption; chain-linked GDP for a comparison over time."""
    return _share(gdp, consumption)


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
