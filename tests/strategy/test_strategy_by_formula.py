"""What strategies by a formula share: when it is asked, what is kept, and what they want estimated."""

import pytest
from pure_desk import SECOND
from quiet_view import QuietView

from mm_tui.strategy.api import NO_QUOTES, Quotes, View
from mm_tui.strategy.avellaneda import Avellaneda, AvellanedaParams
from mm_tui.strategy.by_formula import ByFormula
from mm_tui.strategy.glft import Glft, GlftParams
from mm_tui.strategy.signals import Estimates, SignalRules


class Counted(ByFormula):
    """Wants nothing, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(GlftParams(min_spread_bps=2.0, drift_threshold_bps=0.5), 1.0, 1.5)
        self.asked: list[tuple[float, float]] = []

    def _answer(self, view: View, mid2: float, seen: Estimates, lot: float) -> Quotes:
        self.asked.append((mid2, lot))
        self._half = 3.0
        return Quotes(reference2=mid2)


def test_the_formula_is_asked_once_a_second_and_its_answer_stays_meanwhile() -> None:
    strategy, view = Counted(), QuietView()
    assert strategy.nearest_bps() == 2.0
    first = strategy.quote(view)
    assert strategy.asked == [(view.reference2("mid"), 200.0)]
    assert strategy.nearest_bps() == 3.0
    assert strategy.quote(view) is first
    view.ts += SECOND
    assert strategy.quote(view) is first
    assert len(strategy.asked) == 2


def test_without_a_mid_nothing_is_wanted_and_nothing_asked() -> None:
    strategy = Counted()
    assert strategy.quote(QuietView(known=False)) is NO_QUOTES
    assert not strategy.asked


@pytest.mark.parametrize(
    "strategy",
    [
        Avellaneda(AvellanedaParams(volatility_window=60, intensity_window=90, volatility_prior=2, intensity_prior=3)),
        Glft(GlftParams(volatility_window=60, intensity_window=90, volatility_prior=2, intensity_prior=3)),
    ],
)
def test_the_priors_are_what_is_wanted_estimated(strategy: ByFormula) -> None:
    assert strategy.signal_rules == SignalRules(
        volatility_window=60, intensity_window=90, volatility=2, decay=3, arrivals=1
    )
