"""The event bus: facts from the core to whoever wants to hear of them, in the order they happened.

It carries facts and never commands. `publish` is synchronous and never raises: a subscriber that fails is counted,
its words are kept, and the others hear the fact all the same. All calls come from one thread, the desk's; only
`drain` may be called from another.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from mm_tui.analytics.histogram import Histogram
from mm_tui.model.facts import Fact

Overflow = Literal["drop_oldest", "drop_newest"]
"""What a full queue does with one fact too many."""
Handler = Callable[[Fact], None]

_NESTED = 4096
"""Facts that subscribers may publish while one is being delivered; more are dropped and counted."""


class SubscriberFigures(msgspec.Struct, frozen=True):
    """One subscriber's figures. Handling times in ns; null until something was handled."""

    name: str
    delivered: int
    """Facts handed over: to the callback, or into the queue."""
    dropped: int
    """Facts that the full queue let go."""
    high_water: int
    """The most that ever waited."""
    waiting: int
    failures: int
    """Times that the subscriber raised."""
    last_failure: str
    handling_mean: float | None
    handling_p99: int | None
    """Upper end of its bucket, at most an eighth too high."""
    handling_max: int | None


class BusFigures(msgspec.Struct, frozen=True):
    """The bus as a whole; handling times over all subscribers."""

    published: int
    delivered: int
    dropped: int
    high_water: int
    failures: int
    subscribers: tuple[SubscriberFigures, ...]


class Subscription:
    """One subscriber: a callback that is called at once, or a bounded queue that it empties when it likes."""

    def __init__(
        self,
        name: str,
        kinds: tuple[type[Fact], ...],
        handler: Handler | None,
        *,
        capacity: int,
        overflow: Overflow,
        clock: Callable[[], int],
    ) -> None:
        self.name = name
        self.kinds = kinds
        self.handler = handler
        self.capacity = capacity
        self.overflow = overflow
        self.delivered = 0
        self.dropped = 0
        self.high_water = 0
        self.failures = 0
        self.last_failure = ""
        self._clock = clock
        self._queue: deque[Fact] = deque()
        self._spent = 0
        self._times = Histogram()

    def take(self, fact: Fact) -> None:
        """Deliver one fact; called by the bus."""
        if self.handler is not None:
            self.delivered += 1
            self._handle(self.handler, fact)
            return
        queue = self._queue
        if len(queue) >= self.capacity:
            self.dropped += 1
            if self.overflow == "drop_newest":
                return
            queue.popleft()
        queue.append(fact)
        self.delivered += 1
        self.high_water = max(self.high_water, len(queue))

    def drain(self) -> list[Fact]:
        """Everything that waits, the oldest first; the queue is then empty."""
        queue = self._queue
        return [queue.popleft() for _ in range(len(queue))]

    def work(self, handler: Handler) -> int:
        """Hand everything that waits to the handler, timed and guarded; how many that was."""
        facts = self.drain()
        for fact in facts:
            self._handle(handler, fact)
        return len(facts)

    def figures(self) -> SubscriberFigures:
        """The figures so far."""
        times = self._times
        return SubscriberFigures(
            name=self.name,
            delivered=self.delivered,
            dropped=self.dropped,
            high_water=self.high_water,
            waiting=len(self._queue),
            failures=self.failures,
            last_failure=self.last_failure,
            handling_mean=self._spent / times.count if times.count else None,
            handling_p99=times.percentile(0.99),
            handling_max=times.largest if times.count else None,
        )

    def _handle(self, handler: Handler, fact: Fact) -> None:
        began = self._clock()
        try:
            handler(fact)
        except Exception as error:  # noqa: BLE001  # one subscriber's fault is not the desk's
            self.failures += 1
            self.last_failure = f"{type(error).__name__}: {error}"
        spent = max(0, self._clock() - began)
        self._spent += spent
        self._times.add(spent)


class EventBus:
    """Typed subscription to facts. The clock (ns) measures how long subscribers take and nothing else."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.published = 0
        self.dropped = 0
        """Facts dropped because subscribers published too many while one was being delivered."""
        self._clock = clock
        self._subscriptions: tuple[Subscription, ...] = ()
        self._routes: dict[type[Fact], tuple[Subscription, ...]] = {}
        self._waiting: deque[Fact] = deque()
        self._delivering = False

    def subscribe(
        self,
        name: str,
        kinds: tuple[type[Fact], ...],
        handler: Handler | None = None,
        *,
        capacity: int = 1024,
        overflow: Overflow = "drop_oldest",
    ) -> Subscription:
        """Hear of these classes and their subclasses (`Fact` for all): by the handler, or else by a bounded queue."""
        subscription = Subscription(name, kinds, handler, capacity=capacity, overflow=overflow, clock=self._clock)
        self._subscriptions = (*self._subscriptions, subscription)
        self._routes = {}
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Hear of nothing more; its figures go with it."""
        self._subscriptions = tuple(one for one in self._subscriptions if one is not subscription)
        self._routes = {}

    def publish(self, fact: Fact) -> None:
        """Deliver a fact to all that asked for its class, in the order they subscribed.

        A fact published by a subscriber meanwhile is delivered after this one, so that all hear one order.
        """
        self.published += 1
        route = self._routes.get(type(fact))
        if route is None:
            route = self._route(type(fact))
        if not route:
            return
        if self._delivering:
            if len(self._waiting) < _NESTED:
                self._waiting.append(fact)
            else:
                self.dropped += 1
            return
        self._delivering = True
        try:
            for subscription in route:
                subscription.take(fact)
            while self._waiting:
                inner = self._waiting.popleft()
                for subscription in self._routes.get(type(inner)) or self._route(type(inner)):
                    subscription.take(inner)
        finally:
            self._delivering = False

    def figures(self) -> BusFigures:
        """The figures so far."""
        each = tuple(subscription.figures() for subscription in self._subscriptions)
        return BusFigures(
            published=self.published,
            delivered=sum(one.delivered for one in each),
            dropped=self.dropped + sum(one.dropped for one in each),
            high_water=max((one.high_water for one in each), default=0),
            failures=sum(one.failures for one in each),
            subscribers=each,
        )

    def _route(self, kind: type[Fact]) -> tuple[Subscription, ...]:
        route = tuple(one for one in self._subscriptions if issubclass(kind, one.kinds))
        self._routes[kind] = route
        return route
