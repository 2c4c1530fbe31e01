"""What docs/benchmarks.md tells is what bench/results holds."""

from bench import report


def test_the_page_tells_the_figures_of_the_results() -> None:
    page = report.PAGE.read_text()
    assert report.figures() in page, "run make benchmarks"
    assert page.count(report.BEGIN) == page.count(report.END) == 1
    assert report.PLOT.is_file()
