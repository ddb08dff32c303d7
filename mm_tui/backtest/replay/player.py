"""A recording on the screen: played, stepped, sought in. Knows no thread and no screen, and no clock but the one given.

Two runs go through the recording. The scout goes ahead as fast as it may, finds what is worth jumping to, and leaves
states to go back to. The run that is shown plays, or is taken to a moment: from where it stands or from the nearest
state before the moment, whichever is nearer. Both hear the same inputs, so it does not matter how a moment was reached.

Where the scout has not come yet, a session with an index is shown as it was recorded (`film`), played and sought
in, until the scout is past that moment and a run can be taken there.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.film import Film, film_of
from mm_tui.backtest.replay.goal import Goal, Place, next_speed
from mm_tui.backtest.replay.index import fitting
from mm_tui.backtest.replay.moments import moment
from mm_tui.backtest.replay.places import Places
from mm_tui.backtest.replay.run import Run
from mm_tui.backtest.replay.scout import LOOK_EVERY, Scout
from mm_tui.backtest.replay.store import Store
from mm_tui.backtest.replay.view import ReplayView
from mm_tui.backtest.replay.words import filmed, sought
from mm_tui.errors import DataError, UsageError
from mm_tui.model.clock import SECOND
from mm_tui.views.fmt import clock as clock_words
from mm_tui.views.frames import DeskFrame, ReplayFrame, Viewport

_ONLY_A_REPLAY: Final = "a replay sends nothing; B branches off"
_END: Final = "end of the recording"
_CUT: Final = "as recorded: a black box has no desk to run"


class Replay:
    """`work` in small pieces, `act` on what the operator asks, `frame` for the screen; all from one thread."""

    def __init__(
        self,
        recording: Recording,
        clock: Callable[[], int],
        *,
        speed: float | None = 1.0,
        checkpoints: Checkpoints | None = None,
        store: Store | None = None,
    ) -> None:
        """`clock` counts ns and never goes back. What is found goes into the store, or comes from it."""
        self.recording = recording
        self._box = recording.meta.black_box_of if isinstance(recording, RecordedSession) else None
        """Where it is a black box, what of: then all there is to see is the film."""
        if self._box is not None:
            store = None
        index = fitting(recording)
        states = Checkpoints() if checkpoints is None else checkpoints
        self._scout = Scout(recording, clock, states, store, indexed=index is not None)
        self.timeline = self._scout.timeline
        self.checkpoints = self._scout.checkpoints
        self._marks = self._scout.marks
        self.shown = Run(recording)
        self.playing = False
        self.speed = speed
        self.word = ""
        """What came of the last thing that was asked."""
        self._clock = clock
        self._goal: Goal | None = None
        self._place: Place | None = None
        self._places = Places(recording, self._scout, film_of(recording, index), cut=self._box is not None)
        self._rolling: Film | None = None
        """The film, where it is what is shown."""
        self._joining = False
        """Whether a run is on its way to where the film is."""
        self._going: Run | None = None
        self._anchor = (0, 0)
        self._changed = True
        self._presented: tuple[DeskFrame, Viewport] | None = None
        self._view = ReplayView(recording)
        self._acts: dict[str, Callable[[str], None]] = {
            "play": lambda _: self._play_or_pause(),
            "step": lambda _: self._step(),
            "faster": lambda _: self._change_speed(1),
            "slower": lambda _: self._change_speed(-1),
            "forward": lambda _: self._seek_by("+10s"),
            "rewind": lambda _: self._seek_by("-10s"),
            "forward_minute": lambda _: self._seek_by("+1m"),
            "rewind_minute": lambda _: self._seek_by("-1m"),
            "next_fill": lambda _: self._go_to_next("fill"),
            "previous_fill": lambda _: self._go_back("fill"),
            "next_gap": lambda _: self._go_to_next("gap"),
            "next_trip": lambda _: self._go_to_next("trip"),
            "goto": self._seek_by,
            "first": lambda _: self._go(self._beginning),
            "last": lambda _: self._go(Goal("to the end", ts=1 << 62)),
        }

    def close(self) -> None:
        """Give the files back."""
        self._scout.close()

    # -- what the operator asks

    def act(self, name: str, argument: str = "") -> None:
        """Do an action of a replay; what belongs to a desk alone is answered with a word."""
        act = self._acts.get(name)
        self._changed = True
        if act is None:
            self.word = _ONLY_A_REPLAY
            return
        self.word = ""
        try:
            act(argument)
        except UsageError as error:
            self.word = str(error)

    def begin(self, text: str = "") -> None:
        """Show the first moment, or go to the one that is written, and play; raises UsageError, DataError."""
        if self._box is not None and self._places.film is None:
            raise DataError(f"{self.recording.path}: a black box without milestones that fit its logs")
        if self._box is None and not self.timeline.times and not self.timeline.read():
            raise DataError(f"{self.recording.path}: {self.timeline.note or 'there is nothing in it'}")
        self._go(self._beginning)
        if text:
            self._seek_to(text, self.start)
        self.playing = True

    @property
    def _beginning(self) -> Goal:
        words = "to the beginning"
        return Goal(words, heard=1) if self._box is None else Goal(words, ts=self.start)

    def seek(self, ts: int) -> None:
        """Go to a moment, ns since 1970."""
        self._go(Goal(f"to {clock_words(ts)}", ts=ts))

    @property
    def seeking(self) -> bool:
        """Whether what is shown is not what was asked for last."""
        return self._goal is not None and not self._joining

    @property
    def filming(self) -> bool:
        """Whether the session is shown as it was recorded, because no run has come to this moment yet."""
        return self._rolling is not None

    @property
    def absent(self) -> str:
        """Why nothing can branch off what is shown, in a line; empty where it can."""
        if self._box is not None:
            return f"nothing can go on from a black box; branch off its session: {self._box.session}"
        return "the desk itself is still on its way to this moment; branch once it is here" if self._rolling else ""

    @property
    def ts(self) -> int:
        """The moment shown."""
        return self.shown.ts if self._rolling is None else self._rolling.ts

    @property
    def start(self) -> int:
        """The first input's time; 0 before it was read."""
        return self._places.start

    @property
    def end(self) -> int:
        """The last input's time, as far as it is known."""
        return self._places.end

    def _play_or_pause(self) -> None:
        self.playing = not self.playing
        over = self.timeline.done and self.shown.heard >= len(self.timeline)
        if self.playing and (over or (self._box is not None and self.ts >= self.end)):
            self._go(self._beginning)
        self._drop_anchor()

    def _step(self) -> None:
        self.playing = False
        if self._rolling is not None:
            self.seek(self._rolling.next_ts or self._rolling.end)
            return
        self._go(Goal("one event on", heard=self.shown.heard + 1))

    def _change_speed(self, by: int) -> None:
        self.speed = next_speed(self.speed, by)
        self._drop_anchor()

    def _seek_by(self, text: str) -> None:
        """Steps add up: the next one counts from where the last one leads."""
        goal = self._goal
        self._seek_to(text, self.ts if goal is None or goal.ts is None else min(goal.ts, self.end))

    def _seek_to(self, text: str, now: int) -> None:
        ts = moment(text, now, self.start, self.end)
        if text.strip().endswith("%") and not self.timeline.done and self._places.film is None:
            self._go(Goal(f"to {text.strip()}", share=text))
        else:
            self.seek(ts)

    def _go_to_next(self, kind: str) -> None:
        """What one jumps to is looked at: the replay pauses there."""
        self.playing = False
        self._go(Goal(f"to the next {kind}", kind=kind))

    def _go_back(self, kind: str) -> None:
        """Marks behind are known already."""
        self.playing = False
        if self._rolling is not None:
            ts = self._rolling.before(kind, self.ts)
            goal = None if ts is None else Goal(f"to the {kind} before", ts=ts)
        else:
            heard = self._marks.before(kind, self.shown.heard)
            goal = None if heard is None else Goal(f"to the {kind} before", heard=heard)
        if goal is None:
            self.word = f"no {kind} before this"
        else:
            self._go(goal)

    def _go(self, goal: Goal) -> None:
        self._goal, self._place, self._going, self._joining = goal, None, None, False
        if goal.ts is not None and self.timeline.times:
            self._goal = msgspec.structs.replace(goal, ts=max(goal.ts, self.start))

    # -- what happens

    def work(self, budget: int) -> bool:
        """Do what is due, for about so many ns; whether there is more to do at once."""
        end = self._clock() + budget
        behind = False
        if self._goal is not None:
            self._reach(self._goal, end)
        elif self.playing:
            behind = self._play(end)
        if self._box is not None:
            return behind or self._goal is not None
        self._look_ahead(end)
        if self._rolling is not None and self._goal is None:
            here = Goal("", ts=self.ts)
            if self._places.find(here, self.shown.heard) is not None:
                self._go(here)
                self._joining = True
        return behind or self._goal is not None or not self.timeline.done

    def _look_ahead(self, end: int, wanted: int = 1 << 62) -> None:
        """Let the scout go on until a time of the clock, or until it has heard so many inputs."""
        if self._scout.look(end, wanted):
            self._changed = True
        if self._scout.done:
            self.word = self.word or self.timeline.note

    def _play(self, end: int) -> bool:
        """Show what the pace asks for; whether it could not be kept within the time."""
        if self._rolling is not None:
            return self._play_film(self._rolling, end)
        shown, times, now = self.shown, self.timeline.times, self._clock()
        began, first = self._anchor
        until = None if self.speed is None else first + round((now - began) * self.speed)
        count = 0
        while True:
            if shown.heard >= len(times):
                self._look_ahead(end, shown.heard + 1)
                if shown.heard >= len(times):
                    return self._starved()
            number = shown.heard
            if until is not None and times[number] > until:
                shown.advance(until)
                self._changed = True
                return False
            shown.hear(self.timeline.at(number), self.timeline.trips(number))
            self._changed = True
            count += 1
            if count % LOOK_EVERY == 0:
                shown.settle()
                if self._clock() >= end:
                    self._drop_anchor()
                    return True

    def _play_film(self, film: Film, end: int) -> bool:
        """The same of the film, a second of market at a time."""
        now = self._clock()
        began, first = self._anchor
        until = film.end if self.speed is None else min(film.end, first + round((now - began) * self.speed))
        self._changed = True
        while film.ts < until:
            film.advance(min(until, film.ts + SECOND))
            if self._clock() >= end:
                self._drop_anchor()
                return True
        if film.ts >= film.end:
            self.playing = False
            self.word = _END
        return False

    def _starved(self) -> bool:
        """Nothing is left to show: the end, or the scout needs another turn."""
        if not self.timeline.done:
            return True
        self.playing = False
        self.shown.finish()
        self.word = self.word or _END
        self._changed = True
        return False

    def _reach(self, goal: Goal, end: int) -> None:
        """Go towards the goal; the run that is shown stays as it is until another one has come there."""
        place = self._place
        if place is None:
            place = self._place = self._places.find(goal, self.shown.heard, filming=self.filming)
        if place is None:
            if self.timeline.done:
                self._arrive(f"no further {goal.kind}" if goal.kind else _END)
            elif not self._roll(goal):
                self._look_ahead(end)
                self._changed = True
            return
        run = self._going
        if run is None:
            run = self._going = self._places.nearest(place, self.shown)
        count = 0
        while run.heard < place.heard:
            number = run.heard
            run.hear(self.timeline.at(number), self.timeline.trips(number))
            count += 1
            if count % LOOK_EVERY == 0:
                run.settle()
                if self._clock() >= end:
                    self._changed = True
                    return
        run.advance(place.ts)
        self.shown, self._rolling = run, None
        at_end = self.timeline.done and place.heard == len(self.timeline) and place.ts == self.end
        if at_end:
            run.finish()
        self._arrive(_END if at_end else "")

    def _roll(self, goal: Goal) -> bool:
        """Show the goal as it was recorded, where no run can be taken to it yet; whether that could be done."""
        film, ts = self._places.film, goal.ts
        if film is None or (ts is None and not goal.kind):
            return False
        if ts is None:
            ts = film.after(goal.kind, self.ts)
            if ts is None:
                self._arrive(f"no further {goal.kind}")
                return True
        if not film.seek(min(ts, film.end)):
            self._places.film = self._rolling = None
            if self._box is not None:
                raise DataError(f"{self.recording.path}: the black box is damaged, {film.failed}")
            return False
        self._rolling = film
        self._arrive("")
        return True

    def _arrive(self, word: str) -> None:
        self._goal = self._place = self._going = None
        self._joining = False
        self.word = self.word or word
        self._changed = True
        self._drop_anchor()

    def _drop_anchor(self) -> None:
        """The pace counts from here."""
        self._anchor = (self._clock(), self.ts)

    # -- what the screen sees

    def frame(self, view: Viewport) -> DeskFrame:
        """The moment shown; the same object as long as nothing changed."""
        if self._presented is not None and not self._changed and self._presented[1] is view:
            return self._presented[0]
        self._changed = False
        scrubber, problem = self._scrubber(), self.checkpoints.problem or ("" if self._box is None else _CUT)
        if self._rolling is not None:
            frame = self._view.filmed(self._rolling, self.timeline, scrubber, view, problem)
        else:
            frame = self._view.frame(self.shown, self.timeline, scrubber, view, problem)
        self._presented = (frame, view)
        return frame

    def _scrubber(self) -> ReplayFrame:
        times = self.timeline.times
        return ReplayFrame(
            start=self.start,
            end=self.end,
            ts=self.ts or self.start,
            known=self.end if self._box is not None else times[-1] if times else 0,
            playing=self.playing,
            speed=self.speed,
            marks=self._marks.all if self._places.film is None or self.timeline.done else self._places.film.marks,
            word=self._progress() or self.word,
        )

    def _progress(self) -> str:
        """`to 14:02:10, 43 %` while on the way."""
        goal, times = self._goal, self.timeline.times
        if self._rolling is not None and not self.seeking:
            return filmed(self.word, self._rolling, self._box, times)
        if goal is None or not times:
            return ""
        return sought(goal, self._place, (self._going or self.shown).heard, times, self.end)
