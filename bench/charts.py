"""Bar charts as plain SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .figures import Figure

_WIDTH, _LABELS, _ROW, _GAP, _HEAD = 760, 210, 18, 14, 58
_BARS = _WIDTH - _LABELS - 90
_OURS, _OTHER = "#2f6fde", "#a9b4c2"


@dataclass(frozen=True)
class Group:
    """Bars that stand together.

    Attributes:
        title: What they have in common.
        bars: The name and the figure of each; one without a figure is left out.
    """

    title: str
    bars: Sequence[tuple[str, Figure | None]]


def bar_chart(title: str, unit: str, groups: Sequence[Group], ours: str) -> str:
    """Draw a chart.

    Each group has a scale of its own: what is compared stands within a group.

    Args:
        title: Its title.
        unit: What the figures are in.
        groups: The bars.
        ours: The name of the bars that stand out.

    Returns:
        The SVG.
    """
    drawn: list[str] = []
    top = _HEAD
    for group in groups:
        bars = [(name, figure) for name, figure in group.bars if figure is not None]
        if not bars:
            continue
        drawn.append(f'<text x="0" y="{top + 12}" class="group">{escape(group.title)}</text>')
        top += _ROW + 4
        longest = max(figure.value for _, figure in bars) or 1
        for name, figure in bars:
            drawn += _bar(name, figure, unit, top, figure.value / longest, _OURS if name == ours else _OTHER)
            top += _ROW
        top += _GAP
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1c2733}.title{font-size:16px;font-weight:600}"
        ".group{font-weight:600}.name{text-anchor:end}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}">',
            f"<style>{style}</style>",
            f'<rect width="{_WIDTH}" height="{top}" fill="#ffffff"/>',
            f'<text x="0" y="20" class="title">{escape(title)}</text>',
            f'<text x="0" y="40">{escape(unit)}; less is better; each group has a scale of its own</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def _bar(name: str, figure: Figure, unit: str, top: int, share: float, colour: str) -> list[str]:
    width = max(1.0, share * _BARS)
    label = figure.written(3)
    bar = (
        f'<rect x="{_LABELS}" y="{top + 2}" width="{width:.1f}" height="{_ROW - 5}" fill="{colour}">'
        f"<title>{escape(f'{name}: {label} {unit}')}</title></rect>"
    )
    return [
        f'<text x="{_LABELS - 8}" y="{top + 12}" class="name">{escape(name)}</text>',
        bar,
        f'<text x="{_LABELS + width + 6:.1f}" y="{top + 12}">{escape(label)}</text>',
    ]
