"""The look: tokens, the style sheet made from them, icons, fonts, and which theme is on.

`tokens()` are the colours now, `watch(slot)` tells of a change. The GUI thread only.
"""

from tiepoint.ui.theme.active import apply, choose, tokens, watch
from tiepoint.ui.theme.tokens import DARK, LIGHT, Tokens

__all__ = ["DARK", "LIGHT", "Tokens", "apply", "choose", "tokens", "watch"]
