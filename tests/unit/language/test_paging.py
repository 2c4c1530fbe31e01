from tenantry.language.paging import Page, walk


def test_walk_ends_where_no_cursor_follows_and_not_at_an_empty_page() -> None:
    pages = {None: Page([1, 2], "second"), "second": Page([], "third"), "third": Page([3], None)}
    assert list(walk(pages.__getitem__)) == [1, 2, 3]
