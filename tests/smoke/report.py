"""What the terminal shows: a line for each check, and what is left to do."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any, Final

import pytest
from rich.console import Console
from rich.markup import escape
from rich.status import Status

OK: Final = "[green]ok[/green]     "
FAILED: Final = "[bold red]FAILED[/bold red] "
SKIPPED: Final = "[yellow]skipped[/yellow]"


class Report:
    """A plugin of pytest in the place of its own terminal reporter.

    Parameters
    ----------
    url
        Of the deployment.

    Attributes
    ----------
    left_behind
        What could not be deleted; the exit status is 1 then.
    made
        Slugs of the organizations that were made.
    """

    def __init__(self, url: str) -> None:
        self.left_behind: list[str] = []
        self.made: list[str] = []
        self._url = url
        self._console = Console(highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._counts = {"passed": 0, "failed": 0, "skipped": 0}
        self._module = ""
        self._raised: list[BaseException] = []

    @contextlib.contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show what is being done for as long as it takes."""
        with self._console.status(text):
            yield

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[REPORT] = self

    def pytest_sessionstart(self) -> None:
        self._console.print(f"Checking {self._url}")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._status = self._console.status(escape(nodeid.rpartition("::")[2].replace("_", " ")))
        self._status.start()

    def pytest_runtest_logfinish(self) -> None:
        self._stop_status()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say why in one line, and once only of what several checks need."""
        report = yield
        report.user_properties.append(("title", title_of(item)))
        if call.excinfo is not None and not report.passed:
            error = call.excinfo.value
            if report.when == "setup" and any(error is raised for raised in self._raised):
                report.outcome = "skipped"
                report.longrepr = (str(item.path), 0, "it needs what has failed above")
            elif report.failed:
                self._raised.append(error)
                report.user_properties.append(("reason", reason_of(error)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        self._stop_status()
        self._counts[report.outcome] += 1
        properties = dict(report.user_properties)
        self._print_module(report.location[0])
        label = {"passed": OK, "failed": FAILED, "skipped": SKIPPED}[report.outcome]
        note = skip_reason(report.longrepr) if report.skipped else f"{report.duration:.1f} s"
        self._console.print(f"  {label} {escape(str(properties['title']))} [dim]({escape(note)})[/dim]")
        if report.failed:
            self._console.print(f"          [red]{escape(str(properties['reason']))}[/red]")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._console.print(f"{FAILED} {escape(str(report.longrepr))}")

    def pytest_internalerror(self) -> None:
        self._stop_status()

    def pytest_keyboard_interrupt(self) -> None:
        self._stop_status()
        self._console.print("[bold yellow]Interrupted[/bold yellow]")

    @pytest.hookimpl(trylast=True)  # after pytest has let every fixture end
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._stop_status()
        if self.left_behind:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._console.print("\n[bold red]Could not be deleted; suspend or delete it by hand:[/bold red]")
            for line in self.left_behind:
                self._console.print(f"  {escape(line)}")
        elif self.made:
            self._console.print(
                f"\nDeleted what was made. There stay, as for everybody: audit records and receipts of "
                f"{' and '.join(self.made)}, and these slugs for NameHoldDays."
            )
        passed, failed, skipped = self._counts.values()
        style = "bold red" if failed else "bold green"
        self._console.print(f"[{style}]{passed} ok, {failed} failed, {skipped} skipped[/{style}]")

    def _print_module(self, path: str) -> None:
        module = path.rpartition("/")[2].removeprefix("test_").removesuffix(".py").capitalize()
        if module != self._module:
            self._module = module
            self._console.print(f"[bold]{module}[/bold]")

    def _stop_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def title_of(item: pytest.Item) -> str:
    """Return the first line of what a check says about itself."""
    function: Any = item.function  # type: ignore[attr-defined]
    title = str(function.__doc__).partition("\n")[0].rstrip(".")
    callspec = getattr(item, "callspec", None)
    return f"{title}: {callspec.id}" if callspec else title


def reason_of(error: BaseException) -> str:
    """Return the first line of what is wrong; the rest shows the code of the check."""
    line = str(error).partition("\n")[0]
    is_told = isinstance(error, AssertionError | pytest.fail.Exception)
    return line if is_told else f"{type(error).__name__}: {line}"


def skip_reason(longrepr: object) -> str:
    """Return why a check was skipped, of a report's triple of file, line and reason."""
    assert isinstance(longrepr, tuple)
    return str(longrepr[2]).removeprefix("Skipped: ")


REPORT: Final = pytest.StashKey[Report]()
