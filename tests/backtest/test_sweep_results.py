"""The figures of runs and points, their order, the table, the files, and the heat map."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from small_session import capture
from small_sweep import planner, sweep

from mm_tui.backtest.sweep import heat, results
from mm_tui.backtest.sweep.figures import best_first, check_objective, of_points, of_run
from mm_tui.backtest.sweep.grid import Axis, points
from mm_tui.backtest.sweep.plan import Row
from mm_tui.backtest.sweep.spec import Source
from mm_tui.errors import UsageError

AXES = [Axis("a.x", (1, 2)), Axis("b.y", ("low", "high"))]


def row(point: tuple[Any, ...] = (1, "low"), name: str = "one") -> Row:
    return Row(point, Source(name, "capture", name, folder=False, parts=()), f"{name}{point}")


def record(total: str | None = "1.5", **more: Any) -> dict[str, Any]:
    pnl = dict.fromkeys(("total", "realized", "spread_captured", "adverse_selection", "inventory", "fees"), total)
    found: dict[str, Any] = {
        "ran_by": more.get("ran_by", "core"),
        "note": None,
        "peaks": {"max_drawdown": more.get("drawdown", "0.5"), "max_position": "0.01"},
        "summary": {
            "symbol": more.get("symbol", "BTC/USDT"),
            "pnl": pnl,
            "fills": {"count": more.get("fills", 2)},
            "orders": {"placed": 5},
            "markouts_bps": {"5s": more.get("markout", 1.0)},
            "obligation": {"in_band_pct": more.get("in_band"), "two_sided_pct": 90.0, "counted_ns": 10},
            "digest": "d",
        },
    }
    return found


def figures(*records: dict[str, Any] | None) -> dict[str, Any]:
    rows = [row(name=str(at)) for at in range(len(records))]
    runs = [of_run(one, AXES, found, "" if found else "broken") for one, found in zip(rows, records, strict=True)]
    (found,) = of_points(runs, rows, AXES)
    return found


def test_a_point_adds_up_its_recordings_exactly() -> None:
    found = figures(
        record("0.1", fills=1, markout=1.0, drawdown="9"),
        record("0.2", fills=3, markout=2.0, drawdown="10.0", ran_by="index"),
    )
    assert (found["pnl"], found["fills"], found["placed"]) == ("0.3", 4, 10)
    assert (found["max_drawdown"], found["max_position"]) == ("10.0", "0.01")
    assert found["markout_5s_bps"] == 1.75
    assert found["obligation_pct"] == 90.0
    assert found["ran_by"] == "core+index"
    assert (found["runs"], found["failed"], found["error"]) == (2, 0, None)
    assert found["values"] == {"a.x": "1", "b.y": "low"}


def test_what_cannot_be_known_of_a_point_is_null() -> None:
    failed = figures(record(), None)
    assert (failed["pnl"], failed["fills"], failed["max_position"], failed["failed"]) == (None, None, None, 1)
    assert failed["error"] == "broken"
    unknown = figures(record(None), record())
    assert unknown["pnl"] is None
    foreign = figures(record(), record(symbol="ETH/BTC"))
    assert (foreign["pnl"], foreign["max_drawdown"], foreign["fills"]) == (None, None, 4)
    still = figures(record(fills=0, markout=None), record(fills=0, markout=None))
    assert still["markout_5s_bps"] is None
    assert figures(record(in_band=55.0))["obligation_pct"] == 55.0
    assert figures(None)["ran_by"] is None


def test_the_best_stands_first_and_what_has_no_figure_last() -> None:
    found = [{"pnl": pnl, "max_drawdown": "1", "n": at} for at, pnl in enumerate(["1", None, "10", "-2", "10"])]
    assert [one["n"] for one in best_first(found, "pnl")] == [2, 4, 0, 3, 1]
    falls = [{"max_drawdown": fall, "n": at} for at, fall in enumerate(["3", "1", "2"])]
    assert [one["n"] for one in best_first(falls, "max_drawdown")] == [1, 2, 0]
    assert check_objective("pnl") == "pnl"
    with pytest.raises(UsageError, match="must be one of pnl, realized"):
        check_objective("sharpe")


def test_files_hold_every_run_and_every_point(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    made = planner(capture(tmp_path), capture(tmp_path / "b", 10))
    whole = sweep(tmp_path, made)
    whole.run(points(made.axes))
    found = results.document(whole, "pnl", {"out": str(tmp_path)})
    results.write(tmp_path, found, made.axes)
    assert json.loads((tmp_path / "sweep.json").read_text()) == found
    with (tmp_path / "sweep.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [line["pnl"] for line in rows] == [run["pnl"] for run in whole.runs]
    assert {line["ran_by"] for line in rows} <= {"core", "index"}
    assert {line["recording"] for line in rows} == {str(source.path) for source in made.sources}
    assert found["best"] == found["points"][0]
    assert len(found["points"]) == 6
    assert len(found["runs"]) == 12
    assert (tmp_path / "heatmap.html").read_text().startswith("<!doctype html>")
    assert not list(tmp_path.glob("*.part"))


def test_the_table_names_keys_as_short_as_they_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {**figures(record()), "values": {"a.x": "1", "b.x": "2", "c.z": "3"}},
        {**figures(None), "values": {"a.x": "2", "b.x": "2", "c.z": "3"}, "error": "word " * 30 + "\nmore"},
    ]
    assert results.show({"points": rows * 25}, ["a.x", "b.x", "c.z"]) == 10
    head, first, second, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[:5] == ["a.x", "b.x", "z", "PnL", "fills"]
    assert head.split()[-1] == "error"
    assert "+1.5000" in first
    assert second.split()[3:5] == ["–", "–"]
    assert second.rstrip().endswith("…")


def point(pnl: str | None, **values: str) -> dict[str, Any]:
    return {"values": values, "pnl": pnl, "max_drawdown": pnl}


def drawn(found: list[dict[str, Any]], *keys: str, objective: str = "pnl") -> tuple[str, list[ET.Element]]:
    """The page, and its pictures parsed."""
    html = heat.page(found, [Axis(key, ()) for key in keys], objective)
    pictures = [part.partition("</svg>")[0] + "</svg>" for part in html.split("<figure>")[1:]]
    return html, [ET.fromstring(picture) for picture in pictures]  # noqa: S314  # our own words


def fills(picture: ET.Element, kind: str = "rect") -> list[str]:
    return [element.get("fill", "none") for element in picture.iter(kind)]


def test_two_keys_make_a_map_of_cells() -> None:
    found = [point(str(x * y), x=str(x), y=str(y)) for x in (-2, 0, 2) for y in (1, 10)]
    html, (picture,) = drawn([*found[:-1], point(None, x="2", y="10")], "x", "y")
    cells = fills(picture)
    assert len(cells) == 6
    assert cells.count("none") == 1
    assert "rgb(178,24,43)" in cells
    assert cells.count("rgb(247,247,247)") == 2
    assert "http" not in html
    assert "<script" not in html
    titles = [title.text for title in picture.iter("title")]
    assert {"x -2, y 10: −20", "y 10, x -2: −20"} & set(titles)
    assert "6 points, 5 with a figure, from −20 to 2." in html


def test_less_is_better_where_it_is() -> None:
    _, (picture,) = drawn([point("1", x="1"), point("3", x="2")], "x", objective="max_drawdown")
    assert fills(picture) == ["rgb(33,102,172)", "rgb(178,24,43)"]


def test_a_third_key_makes_small_multiples_and_a_fourth_is_averaged() -> None:
    found = [
        point(str(100 * x + 10 * y + z + w / 10), x=str(x), y=str(y), z=str(z), w=str(w))
        for x in (1, 2) for y in (1, 2) for z in (1, 2) for w in (1, 2)
    ]  # fmt: skip
    html, pictures = drawn(found, "w", "x", "y", "z")
    assert [picture.get("aria-label") for picture in pictures] == ["pnl over x and y, z = 1", "pnl over x and y, z = 2"]
    assert "the mean over w, whose effect is smaller" in html
    assert "111.15" in html
    many = [
        point(str(100 * x + 10 * y + z / 100), x=str(x), y=str(y), z=str(z))
        for x in (1, 2)
        for y in (1, 2)
        for z in range(13)
    ]
    html, pictures = drawn(many, "x", "y", "z")
    assert len(pictures) == 1
    assert "the mean over z" in html


def test_many_values_are_dots_where_they_lie() -> None:
    found = [point(str(at), x=str(at / 10), y="a" if at % 2 else "b") for at in range(30)]
    _, (picture,) = drawn([*found, point(None, x="9", y="a")], "x", "y")
    assert len(fills(picture, "circle")) == 30
    places = [float(circle.get("cx", "")) for circle in picture.iter("circle")]
    assert places == sorted(places)
    _, (flat,) = drawn(found, "x")
    assert len({circle.get("cy") for circle in flat.iter("circle")}) == 1


def test_nothing_to_draw_is_said_and_words_cannot_break_the_page() -> None:
    assert "there is no map to draw" in drawn([point("1", x="1")], "x")[0]
    assert "there is no map to draw" in drawn([point(None, x="1"), point(None, x="2")], "x")[0]
    html, _ = drawn([point("1", x="<script>alert(1)</script>"), point("2", x="nan")], "x")
    assert "<script" not in html
    _, (picture,) = drawn([point("2", x="1"), point("2", x="2")], "x")
    assert fills(picture) == ["rgb(247,247,247)"] * 2
