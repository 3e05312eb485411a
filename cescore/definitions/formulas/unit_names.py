"""What units are called: as a return form, a page or a finding writes them in each language."""

from __future__ import annotations

ZH_UNITS = {
    "CNY": "元", "10k CNY": "万元", "100m CNY": "亿元", "EUR": "欧元", "USD": "美元",
    "million EUR": "百万欧元", "t": "吨", "kt": "千吨", "Mt": "百万吨", "10k t": "万吨",
    "kg": "千克", "g": "克", "tce": "吨标准煤", "10k tce": "万吨标准煤", "kgce": "千克标准煤",
    "t CO2": "吨二氧化碳", "tCO2": "吨二氧化碳", "kg CO2e": "千克二氧化碳当量",
    "m3": "立方米", "m³": "立方米", "10k m3": "万立方米", "10k m³": "万立方米",
    "m2": "平方米", "m²": "平方米", "10k m2": "万平方米", "10k m²": "万平方米",
    "km2": "平方千米", "km²": "平方千米", "ha": "公顷", "kWh": "千瓦时", "10k kWh": "万千瓦时",
    "GJ": "吉焦", "person": "人", "10k person": "万人", "count": "个", "": "", "ratio": "",
    "index": "", "score": "", "level": "", "code": "", "bool": "", "flag": "", "dimensionless": "",
}  # fmt: skip
EN_UNITS = {
    "m3": "m³", "10k m3": "10k m³", "m2": "m²", "10k m2": "10k m²", "km2": "km²",
    "tCO2": "t CO2", "count": "", "ratio": "", "index": "", "score": "", "level": "", "code": "", "bool": "",
    "flag": "", "dimensionless": "",
}  # fmt: skip
EN_PLURALS = {"person": "persons", "10k person": "10k persons"}  # what is counted, more than one
ZH_TO_EN = {zh: en for en, zh in reversed(ZH_UNITS.items()) if zh}


def unit_text(unit: str, lang: str) -> str:
    """A unit as the language writes it: ``tce/10k CNY`` is 吨标准煤/万元 in Chinese."""
    parts = [part.strip() for part in unit.split("/")]
    if lang == "zh":
        named = [ZH_UNITS.get(part, part) for part in parts]
    else:
        named = [EN_UNITS.get(english, english) for english in (ZH_TO_EN.get(p, p) for p in parts)]
        # per one person, but so many persons and per 10,000 persons
        named = [
            EN_PLURALS.get(part, part) if i == 0 or part[:1].isdigit() else part
            for i, part in enumerate(named)
        ]
    if len(named) > 1 and not named[0]:
        named[0] = ZH_UNITS["count"] if lang == "zh" else "number"
    return "/".join(part for part in named if part)
