"""Which of the units that answer for a measure inspects a check: the one whose field it is."""

from __future__ import annotations

import re

from sample.catalogue import PlannedCheck

# words of a check's name -> whose field it is, the narrower field first
FIELDS: tuple[tuple[str, str], ...] = (
    ("快递|邮政", "市邮政管理局"),
    ("微珠|合格率", "市市场监管局"),
    ("升级|绿色工厂", "市工信局"),
    ("建筑垃圾", "市城管执法局"),
    ("主要再生资源", "市商务局"),
    ("露天焚烧", "市生态环境局"),
    ("供销", "市供销社"),
    ("用地|矿", "市自然资源局"),
    ("税收", "市税务局"),
    ("财政资金", "市财政局"),
    ("贷款|债|上市|贴息", "市金融办"),
    ("再生水|节水|河湖", "市水利局"),
    ("农膜|地膜|秸秆|畜禽|种养|农业|农用|一村一品", "市农业农村局"),
    ("建筑|建材|供热", "市住建局"),
    ("公交|公务用车|新能源车|停车|车辆|公路|充电|物流", "市交通运输局"),
    ("机关", "市机关事务管理局"),
    ("生活垃圾|餐厨|填埋|社区|家庭|堆存|污水|污泥|再生水", "市城管执法局"),
    ("回收|分拣|交投|再生资源|商场|电商|塑料袋|替代推广", "市商务局"),
    ("电网|配电", "市供电公司"),
    ("清洁生产|审核|协同处置|替代声明|环保|污水|污泥|违法|塑料", "市生态环境局"),
    ("固废|余热|锅炉|改造|窑|再制造|平台|基地|拆解|产业链接", "市工信局"),
    ("能耗|能源|节能|发电|取暖|煤电|两高", "市发改委"),
)


def inspector_of(check: PlannedCheck) -> str:
    """The unit in charge whose field the check is, else the one that leads the measure."""
    fitting = (
        unit for words, unit in FIELDS if unit in check.units and re.search(words, check.name)
    )
    return next(fitting, check.units[0])
