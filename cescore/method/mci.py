"""The Material Circularity Indicator of a product, and its mean over a firm's products.

References
----------
Ellen MacArthur Foundation and Granta Design, Circularity Indicators: An Approach to Measuring
Circularity, Methodology (2015, 2019). Shorter forms on the web, such as LFI = (V + W) / (2M + W/2) or
MCI = 1 - (virgin / total)(waste / input), give other numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from cescore.errors import MethodError
from cescore.method.aggregate import arithmetic_mean
from cescore.method.thresholds import meets

LINEAR_SHARE = 0.9  # F(X) = 0.9 / X: a linear product of average use scores 0.1, not 0


@dataclass(frozen=True)
class Product:
    """Where a product's mass comes from and where it goes; shares are fractions of ``mass``.

    Raises
    ------
    MethodError
        A share or an efficiency outside 0-1, shares that add up to more than 1, no mass, or
        recycled feedstock made with an efficiency of 0.
    """

    mass: float  # M, any unit of mass
    recycled: float = 0.0  # F_R, of the feedstock
    reused: float = 0.0  # F_U
    sustained: float = 0.0  # F_S, biological and regenerated
    to_recycling: float = 0.0  # C_R, collected after use
    to_reuse: float = 0.0  # C_U
    to_composting: float = 0.0  # C_C
    to_energy: float = 0.0  # C_E, only where the method admits it
    recycling_efficiency: float = 1.0  # E_C, of recycling the product
    feedstock_efficiency: float = 1.0  # E_F, of making its recycled feedstock

    def __post_init__(self) -> None:
        if not self.mass > 0:
            raise MethodError(f"a product's mass is {self.mass:g}, expected above 0")
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if not 0 <= value <= 1:
                raise MethodError(f"{field.name} is {value:g}, expected a fraction from 0 to 1")
        sources = self.recycled + self.reused + self.sustained
        outlets = self.to_recycling + self.to_reuse + self.to_composting + self.to_energy
        for what, share in (("feedstock", sources), ("collected", outlets)):
            if meets(share, ">", 1):
                raise MethodError(f"the shares of {what} add up to {share:g}, expected at most 1")
        if self.recycled and not self.feedstock_efficiency:
            raise MethodError(
                "recycled feedstock made with an efficiency of 0: there would be none"
            )


@dataclass(frozen=True)
class Circularity:
    """The indicator and the steps to it; masses in the unit of the product's mass."""

    virgin: float  # V
    waste_unrecovered: float  # W0
    waste_of_recycling: float  # W_C
    waste_of_feedstock: float  # W_F
    waste: float  # W
    linear_flow_index: float  # LFI, 0-1
    utility: float  # X
    mci: float  # 0-1


def material_circularity(
    product: Product,
    *,
    lifetime: float = 1.0,
    average_lifetime: float = 1.0,
    intensity: float = 1.0,
    average_intensity: float = 1.0,
) -> Circularity:
    """MCI = max(0, 1 - LFI · 0.9 / X), with LFI = (V + W) / (2M + (W_F - W_C) / 2).

    V = M(1 - F_R - F_U - F_S); W0 = M(1 - C_R - C_U - C_C - C_E); W_C = M(1 - E_C)C_R;
    W_F = M(1 - E_F)F_R / E_F; W = W0 + (W_F + W_C) / 2; X = (L / L_av)(U / U_av).

    Raises
    ------
    MethodError
        A lifetime or intensity of use that is not above 0.

    Examples
    --------
    >>> round(material_circularity(Product(100)).mci, 4)  # virgin, all of it thrown away
    0.1
    >>> round(material_circularity(Product(100, recycled=0.3, to_recycling=0.5)).mci, 4)
    0.46
    """
    for value in (lifetime, average_lifetime, intensity, average_intensity):
        if not value > 0:
            raise MethodError(f"a lifetime or intensity of use is {value:g}, expected above 0")
    p, m = product, product.mass
    virgin = m * max(1 - p.recycled - p.reused - p.sustained, 0.0)
    unrecovered = m * max(1 - p.to_recycling - p.to_reuse - p.to_composting - p.to_energy, 0.0)
    of_recycling = m * (1 - p.recycling_efficiency) * p.to_recycling
    of_feedstock = 0.0
    if p.recycled:
        of_feedstock = m * (1 - p.feedstock_efficiency) * p.recycled / p.feedstock_efficiency
    waste = unrecovered + (of_feedstock + of_recycling) / 2
    index = (virgin + waste) / (2 * m + (of_feedstock - of_recycling) / 2)
    utility = (lifetime / average_lifetime) * (intensity / average_intensity)
    return Circularity(
        virgin=virgin,
        waste_unrecovered=unrecovered,
        waste_of_recycling=of_recycling,
        waste_of_feedstock=of_feedstock,
        waste=waste,
        linear_flow_index=index,
        utility=utility,
        mci=max(0.0, 1 - index * LINEAR_SHARE / utility),
    )


def company_mci(products: Sequence[float], weights: Sequence[float]) -> float:
    """The mean of products' indicators, weighted by revenue or by mass (from memory, 待核实)."""
    return float(arithmetic_mean(products, weights))
