"""The one style sheet, made from the tokens. Widgets say what they are by properties (`kind`, `role`, `tone`).

Text sizes are set for labels and controls by role only, because a size here overrides a font set in code. Pure.
"""

from __future__ import annotations

from typing import Final

from tiepoint.ui.theme.tokens import RADIUS, RADIUS_CARD, RADIUS_SMALL, Tokens

_TONES: Final = ("ok", "warn", "err", "blocked", "queued", "info", "neutral")


def style_sheet(t: Tokens) -> str:
    """Return the style sheet of a theme."""
    return "\n".join(part(t) for part in (_grounds, _labels, _buttons, _fields, _views, _small_parts))


def _grounds(t: Tokens) -> str:
    return f"""
* {{ outline: 0; }}
QWidget {{ color: {t.text}; font-family: Inter; font-size: 13px; }}
QMainWindow, QDialog, #root {{ background: {t.ground}; }}
#rail {{ background: {t.rail}; border-right: 1px solid {t.border}; }}
#strip {{ background: {t.surface}; border-bottom: 1px solid {t.border}; }}
#foot {{ background: {t.rail}; border-top: 1px solid {t.border}; }}
QFrame[card="true"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: {RADIUS_CARD}px; }}
QFrame[well="true"] {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
QFrame[line="true"] {{ background: {t.border}; border: 0; max-height: 1px; min-height: 1px; }}
QFrame[vline="true"] {{ background: {t.border}; border: 0; max-width: 1px; min-width: 1px; }}
QFrame[overlay="true"] {{ background: {t.surface}; border: 1px solid {t.border_strong}; border-radius: 10px; }}
"""


def _labels(t: Tokens) -> str:
    tones = "\n".join(f'QLabel[tone="{name}"] {{ color: {t.tone(name).text}; }}' for name in _TONES)
    return f"""
QLabel {{ background: transparent; }}
QLabel[role="display"] {{ font-size: 26px; font-weight: 600; }}
QLabel[role="h1"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: 13px; font-weight: 600; }}
QLabel[role="lead"] {{ color: {t.text2}; font-size: 14px; }}
QLabel[role="sub"] {{ color: {t.text2}; font-size: 12px; }}
QLabel[role="value"] {{ font-size: 12px; font-weight: 500; }}
QLabel[role="caption"] {{ color: {t.text3}; font-size: 11px; }}
QLabel[role="number"] {{ font-size: 20px; font-weight: 600; }}
QLabel[role="code"] {{ font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 28px; font-weight: 600;
  letter-spacing: 3px; }}
QLabel[role="mono"] {{ font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 11px;
  color: {t.text2}; }}
{tones}
"""


def _buttons(t: Tokens) -> str:
    return f"""
QPushButton {{ background: {t.raised}; border: 1px solid {t.border_strong}; border-radius: {RADIUS}px;
  padding: 0 14px; min-height: 30px; font-weight: 500; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.border}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 0 13px; min-height: 28px; }}
QPushButton:disabled {{ color: {t.text3}; background: {t.raised}; border-color: {t.border}; }}
QPushButton[kind="primary"] {{ background: {t.accent_fill}; border-color: {t.accent_fill}; color: {t.on_accent};
  font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {t.accent_fill_hover}; border-color: {t.accent_fill_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.hover}; border-color: {t.border}; color: {t.text3}; }}
QPushButton[kind="danger"] {{ color: {t.err.text}; }}
QPushButton[kind="danger"]:disabled {{ color: {t.text3}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; color: {t.text2}; }}
QPushButton[kind="quiet"]:hover {{ background: {t.hover}; color: {t.text}; }}
QPushButton[kind="quiet"]:focus {{ border-color: {t.accent}; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0 2px;
  min-height: 20px; color: {t.accent_text}; font-size: 12px; }}
QPushButton[kind="link"]:hover {{ color: {t.accent_hover}; }}
QPushButton[kind="link"]:focus {{ border: 1px solid {t.accent}; padding: 0 2px; min-height: 20px; }}
QPushButton[kind="chip"] {{ background: transparent; border: 1px solid {t.border}; border-radius: 13px;
  min-height: 24px; padding: 0 10px; font-size: 12px; color: {t.text2}; }}
QPushButton[kind="chip"]:hover {{ background: {t.hover}; }}
QPushButton[kind="chip"]:checked {{ background: {t.accent_soft}; border-color: {t.accent_soft};
  color: {t.accent_text}; }}
QPushButton[kind="chip"]:focus {{ border: 1px solid {t.accent}; padding: 0 10px; min-height: 24px; }}
QPushButton[kind="tab"] {{ background: transparent; border: 0; border-bottom: 2px solid transparent; border-radius: 0;
  padding: 0 2px; min-height: 34px; color: {t.text2}; font-size: 12px; }}
QPushButton[kind="tab"]:checked {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
QPushButton[kind="tab"]:focus {{ color: {t.accent_text}; padding: 0 2px; min-height: 34px; border: 0;
  border-bottom: 2px solid {t.accent}; }}
QPushButton[kind="foot"] {{ background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0 6px;
  min-height: 20px; color: {t.text2}; font-size: 12px; font-weight: 400; }}
QPushButton[kind="foot"]:hover {{ background: {t.hover}; color: {t.text}; }}
QPushButton[kind="foot"]:focus {{ border: 1px solid {t.accent}; padding: 0 6px; min-height: 20px; }}
QPushButton[kind="segment"] {{ background: transparent; border: 1px solid transparent; border-radius: {RADIUS_SMALL}px;
  min-height: 24px; padding: 0 5px; color: {t.text2}; font-size: 12px; }}
QPushButton[kind="segment"]:hover {{ color: {t.text}; }}
QPushButton[kind="segment"]:checked {{ background: {t.accent_soft}; border: 1px solid {t.accent};
  color: {t.accent_text}; font-weight: 600; }}
QPushButton[kind="segment"]:focus {{ border: 2px solid {t.text}; padding: 0 4px; min-height: 22px; }}
QPushButton[big="true"] {{ min-height: 40px; padding: 0 20px; font-size: 14px; }}
QPushButton[big="true"]:focus {{ min-height: 38px; padding: 0 19px; }}
QPushButton[small="true"] {{ min-height: 24px; padding: 0 10px; font-size: 12px; }}
QPushButton[small="true"]:focus {{ min-height: 22px; padding: 0 9px; }}
QToolButton[kind="icon"] {{ background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px;
  min-width: 28px; min-height: 28px; }}
QToolButton[kind="icon"]:hover {{ background: {t.hover}; }}
QToolButton[kind="icon"]:checked {{ background: {t.accent_soft}; }}
QToolButton[kind="icon"]:focus {{ border: 2px solid {t.accent}; min-width: 26px; min-height: 26px; }}
QToolButton[kind="icon"]::menu-indicator {{ image: none; }}
QToolButton[kind="nav"] {{ background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px;
  color: {t.text2}; font-size: 11px; padding: 7px 0 5px 0; }}
QToolButton[kind="nav"]:hover {{ background: {t.hover}; color: {t.text}; }}
QToolButton[kind="nav"]:checked {{ background: {t.accent_soft}; color: {t.accent_text}; font-weight: 600; }}
QToolButton[kind="nav"]:focus {{ border: 2px solid {t.accent}; padding: 6px 0 4px 0; }}
"""


def _fields(t: Tokens) -> str:
    return f"""
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {t.raised}; border: 1px solid {t.border_strong};
  border-radius: {RADIUS}px; min-height: 28px; padding: 0 8px; selection-background-color: {t.selection};
  selection-color: {t.text}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border: 2px solid {t.accent};
  padding: 0 7px; min-height: 26px; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t.text3}; }}
QLineEdit[locked="true"] {{ background: transparent; border-style: dashed; color: {t.text2}; }}
QComboBox::drop-down {{ border: 0; width: 26px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border_strong}; padding: 4px;
  selection-background-color: {t.selection}; selection-color: {t.text}; }}
QPlainTextEdit {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: {RADIUS}px; padding: 6px;
  font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 11px; color: {t.text2};
  selection-background-color: {t.selection}; selection-color: {t.text}; }}
QPlainTextEdit:focus {{ border: 1px solid {t.accent}; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {t.border_strong}; border-radius: 4px;
  background: {t.raised}; }}
QCheckBox::indicator:checked {{ background: {t.accent_fill}; border-color: {t.accent_fill}; }}
QCheckBox:focus {{ color: {t.accent_text}; }}
QSlider::groove:horizontal {{ height: 4px; background: {t.track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {t.text2};
  border: 0; }}
QSlider::handle:horizontal:hover {{ background: {t.text}; }}
QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
"""


def _views(t: Tokens) -> str:
    return f"""
QListView, QTableView, QTreeView {{ background: transparent; border: 1px solid transparent;
  border-radius: {RADIUS_SMALL}px; gridline-color: transparent; selection-background-color: {t.selection};
  selection-color: {t.text}; }}
QListView:focus, QTableView:focus, QTreeView:focus {{ border: 1px solid {t.accent}; }}
QTableView[marks_row="true"]:focus, QListView[marks_row="true"]:focus {{ border-color: transparent; }}
QHeaderView {{ background: transparent; border: 0; }}
QHeaderView::section {{ background: transparent; border: 0; border-bottom: 1px solid {t.border}; color: {t.text3};
  font-size: 11px; font-weight: 500; padding: 0 10px; min-height: 30px; }}
QHeaderView::section:hover {{ color: {t.text}; }}
QTableCornerButton::section {{ background: transparent; border: 0; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {t.border_strong}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 36px; }}
QScrollBar::handle:horizontal {{ min-width: 36px; }}
QScrollBar::handle:hover {{ background: {t.text3}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {t.border_strong}; }}
"""


def _small_parts(t: Tokens) -> str:
    return f"""
QMenu {{ background: {t.raised}; border: 1px solid {t.border_strong}; border-radius: {RADIUS}px; padding: 5px; }}
QMenu::item {{ padding: 6px 22px 6px 10px; border-radius: {RADIUS_SMALL}px; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.text3}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border_strong}; padding: 5px 8px;
  font-size: 12px; }}
QProgressBar {{ background: {t.track}; border: 0; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
"""
