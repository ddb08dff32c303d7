from math import fsum

from mm_tui.model.events import BUY, SELL
from mm_tui.model.generator import Generator


def test_the_numbers_are_those_of_the_published_algorithm() -> None:
    generator = Generator(1234567)
    assert [generator.bits() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_same_seed_gives_the_same_stream() -> None:
    one, other = Generator(7), Generator(7)
    assert [one.uniform() for _ in range(5)] == [other.uniform() for _ in range(5)]
    assert Generator(8).uniform() != Generator(7).uniform()


def test_draws_lie_where_they_should() -> None:
    generator = Generator(3)
    uniforms = [generator.uniform() for _ in range(4000)]
    assert 0 <= min(uniforms) < max(uniforms) < 1
    assert abs(fsum(uniforms) / 4000 - 0.5) < 0.02
    assert {generator.below(3) for _ in range(200)} == {0, 1, 2}
    waits = [generator.exponential(2.0) for _ in range(4000)]
    assert abs(fsum(waits) / 4000 - 0.5) < 0.03
    normals = [generator.normal() for _ in range(4000)]
    assert abs(fsum(normals) / 4000) < 0.05
    assert abs(fsum(value * value for value in normals) / 4000 - 1) < 0.1


def test_sides_in_words() -> None:
    assert (BUY.word, SELL.word, BUY.book_word, SELL.book_word) == ("buy", "sell", "bid", "ask")
    assert BUY.opposite is SELL
    assert SELL.opposite is BUY
