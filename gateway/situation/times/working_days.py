"""Working days in Italy: Monday to Friday, without the public holidays and the day of the town's patron."""

from datetime import date, timedelta
from typing import NamedTuple

from gateway.analytics.holidays import MonthDay, holidays_of


class WorkingDays(NamedTuple):
    """Counts working days; `patron` is the day of the town's patron, 26 December in Prato."""

    patron: MonthDay | None = None

    def is_one(self, day: date) -> bool:
        """Return whether people work on a day."""
        return day.weekday() < 5 and day not in holidays_of(day.year, self.patron)

    def after(self, day: date, count: int) -> date:
        """Return the day that is `count` working days after a day, which does not count itself."""
        return self._step(day, count, timedelta(days=1))

    def before(self, day: date, count: int) -> date:
        """Return the day that is `count` working days before a day, which does not count itself."""
        return self._step(day, count, timedelta(days=-1))

    def _step(self, day: date, count: int, step: timedelta) -> date:
        while count > 0:
            day += step
            count -= self.is_one(day)
        return day
