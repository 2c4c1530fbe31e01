"""What counts as one source."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import assume, given
from hypothesis import strategies as st

from tenantry.identity.counters import _network, source
from tenantry.runtime import request_context


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_each_ipv4_address_is_a_source(first: IPv4Address, second: IPv4Address) -> None:
    assert (_network(str(first)) == _network(str(second))) == (first == second)


@given(st.ip_addresses(v=6), st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_addresses_with_the_same_64_bits_are_one_source(
    first: IPv6Address, second: IPv6Address, last_64_bits: int
) -> None:
    neighbour = IPv6Address(int(first) >> 64 << 64 | last_64_bits)
    # Addresses that stand for IPv4 addresses are different sources all the same: see below.
    assume(not any(address.ipv4_mapped for address in (first, second, neighbour)))
    assert _network(str(first)) == _network(str(neighbour)) == _network(neighbour.exploded)
    assert (_network(str(first)) == _network(str(second))) == (int(first) >> 64 == int(second) >> 64)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_written_as_ipv6_is_the_same_source(address: IPv4Address) -> None:
    assert _network(f"::ffff:{address}") == _network(str(address))


@given(st.text(min_size=1))
def test_whatever_the_gateway_calls_a_source_is_one(address: str) -> None:
    assert _network(address)


def test_outside_of_requests_there_is_nosource() -> None:
    assert source() is None
    with request_context.answering("request", None):
        assert source() is None
    with request_context.answering("request", "203.0.113.7"):
        assert source() is not None
