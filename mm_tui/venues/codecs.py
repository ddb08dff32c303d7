"""Which decoder a recorded line needs; a session or a capture holds lines of one venue."""

from typing import Final

from mm_tui.model.instrument import Instrument
from mm_tui.venues.api import Decoder
from mm_tui.venues.binance.codec import BinanceCodec
from mm_tui.venues.ccxt.codec import CcxtCodec

CCXT_START: Final = b'{"stream":"ccxt:'


def codec_for(first_line: bytes, instrument: Instrument) -> Decoder:
    """The decoder of a recording, told by its first line (without the time)."""
    return CcxtCodec(instrument) if first_line.startswith(CCXT_START) else BinanceCodec(instrument)
