"""What is reckoned with colours."""

import pytest

from mm_tui.app.colours import contrast, legible, luminance, mix


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#0a0a0a") == pytest.approx(0.00304, abs=1e-5)


def test_a_mix_goes_from_the_first_colour_to_the_second() -> None:
    assert [mix("#000000", "#ff8000", share) for share in (0, 0.5, 1)] == ["#000000", "#804000", "#ff8000"]


@pytest.mark.parametrize("ground", ["#000000", "#ffffff", "#777777"])
def test_a_colour_is_made_legible_on_any_ground_and_kept_where_it_is(ground: str) -> None:
    assert contrast(legible("#7a7a7a", ground), ground) >= 3
    far = "#000000" if ground == "#ffffff" else "#ffffff"
    assert legible(far, ground) == far
