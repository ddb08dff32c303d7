"""What the actions `venue` and `symbol` do: a market is chosen, asked about and gone to, or the way back is offered."""

from functools import partial

from mm_tui.app.intents.stage import Stage
from mm_tui.settings.market import Market, read_symbol, read_venue


class Changing:
    """The changes of market of one app."""

    def __init__(self, app: Stage) -> None:
        self._app = app

    def venue(self, argument: str) -> None:
        """Another market: `VENUE [SYMBOL]`, or chosen from lists."""
        markets = self._app.markets
        if markets is None:
            self._app.say("this market stays: another one needs a desk of its own, mm-tui run --venue …")
        elif argument:
            self._change(read_venue(argument, markets.now.symbol))
        else:
            self._pick_market("")

    def symbol(self, argument: str) -> None:
        """Another pair of the same venue."""
        markets = self._app.markets
        if markets is None or markets.now.venue.startswith("file:"):
            self.venue("")
        elif argument:
            self._change(Market(markets.now.venue, read_symbol(argument)))
        else:
            self._pick_market(markets.now.venue)

    def _pick_market(self, venue: str) -> None:
        from mm_tui.app.screens.market import MarketPicker, answered  # noqa: PLC0415 - loaded with the first choice
        from mm_tui.venues.listing import venues  # noqa: PLC0415 - likewise

        markets = self._app.markets
        assert markets is not None  # noqa: S101 - looked at before

        def chosen(answer: str) -> None:
            market = answered(answer)
            if market is not None:
                self._change(market)
            else:
                self.offer_back()

        self._app.ask(MarketPicker(markets.now, venues(), markets.ask, venue=venue), chosen)

    def _change(self, market: Market) -> None:
        """Go over to a market, on a yes; where no desk runs, there is nothing to ask about."""
        markets = self._app.markets
        assert markets is not None  # noqa: S101 - looked at before
        if markets.refusal is not None:
            markets.change(market)
            return
        if market == markets.now:
            self._app.say(f"the desk is on {market} already")
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question(f"Go to {market}", partial(q.market_words, market), "go there", "stay", self._app.link.frame)
        self._app.ask(sheet, lambda answer: markets.change(market) if answer else None)

    def offer_back(self) -> None:
        """Where the market that was chosen could not be opened, no desk runs: what now."""
        from mm_tui.app.screens.questions import Refused  # noqa: PLC0415 - rare

        markets = self._app.markets
        refusal = None if markets is None else markets.refusal
        if markets is None or refusal is None:
            return
        again = {"b": refusal.back, "r": refusal.market}

        def answered(answer: str) -> None:
            if answer in again and markets.refusal is not None:
                markets.change(again[answer])
            elif answer == "v":
                self._pick_market("")
            elif answer == "q":
                self._app.exit()

        self._app.ask(Refused(refusal), answered)
