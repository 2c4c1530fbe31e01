"""What a month costs, in the tables of docs/costs.md: ``make costs``.

Change `USES` to your own, or `PRICES` to those of your region, and run it again.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

HOURS: Final = 730  # of a month
SECONDS: Final = HOURS * 3600
MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Price:
    """What one unit costs.

    Parameters
    ----------
    dollars
        US dollars, without discounts and free tiers.
    unit
        What is counted.
    source
        Page of whoever sells it.
    """

    dollars: float
    unit: str
    source: str


_LAMBDA: Final = "https://aws.amazon.com/lambda/pricing/"
_API_GATEWAY: Final = "https://aws.amazon.com/api-gateway/pricing/"
_WAF: Final = "https://aws.amazon.com/waf/pricing/"
_CLOUDWATCH: Final = "https://aws.amazon.com/cloudwatch/pricing/"
_SECRETS: Final = "https://aws.amazon.com/secrets-manager/pricing/"
_ATLAS: Final = "https://www.mongodb.com/pricing"

INVOCATIONS: Final = "invocations of functions"
COMPUTING: Final = "computing of functions on arm64"

PRICES: Final[Mapping[str, Price]] = {
    "M10": Price(0.08, "hour", _ATLAS),
    "M30": Price(0.54, "hour", _ATLAS),
    "M40": Price(1.04, "hour", _ATLAS),
    "requests to API Gateway, of the first 333 million": Price(3.50, "million", _API_GATEWAY),
    "requests to API Gateway, of the next 667 million": Price(2.80, "million", _API_GATEWAY),
    "requests to API Gateway, of further ones": Price(2.38, "million", _API_GATEWAY),
    INVOCATIONS: Price(0.20, "million", _LAMBDA),
    COMPUTING: Price(0.0000133334, "GB-second", _LAMBDA),
    "web ACL": Price(5.00, "month", _WAF),
    "rule of a web ACL": Price(1.00, "month", _WAF),
    "requests to AWS WAF": Price(0.60, "million", _WAF),
    "alarm": Price(0.10, "month", _CLOUDWATCH),
    "metric": Price(0.30, "month", _CLOUDWATCH),
    "dashboard": Price(3.00, "month", _CLOUDWATCH),
    "log lines": Price(0.50, "GB", _CLOUDWATCH),
    "traces": Price(5.00, "million", "https://aws.amazon.com/xray/pricing/"),
    "secret": Price(0.40, "month", _SECRETS),
    "mails": Price(100.00, "million", "https://aws.amazon.com/ses/pricing/"),
    "events": Price(1.00, "million", "https://aws.amazon.com/eventbridge/pricing/"),
    "answers to the internet": Price(0.09, "GB", "https://aws.amazon.com/ec2/pricing/on-demand/"),
}

# Of the stack, whatever is done with it; a contract test counts them in template.yaml.
ALARMS: Final = 80
RULES_OF_WEB_ACL: Final = 3
FUNCTIONS: Final = 35
FUNCTIONS_OF_API: Final = 27
# Cold starts of each function, answers 2xx and 4xx of those of the API, and 26 that functions count or
# measure. Each is billed for the hours in which it has a value, so this is the most.
METRICS: Final = FUNCTIONS + 2 * FUNCTIONS_OF_API + 26
DASHBOARDS: Final = 1
SECRETS: Final = 23  # two of keys, and a connection string for each kind of function
# One invocation a minute of each of four functions, one in five minutes of two others: 0.1 s of 512 MB.
SCHEDULED_INVOCATIONS: Final = (4 + 2 / 5) * 60 * HOURS
SCHEDULED_GB_SECONDS: Final = 0.1 * 0.5

# Of one request, as docs/ten-million.md has them.
REQUEST_GB_SECONDS: Final = 0.010 * 0.5
LOGIN_GB_SECONDS: Final = 0.7 * 1.769
LOG_GB: Final = 1e-6  # two lines, of the access log and of the function
ANSWER_GB: Final = 2e-6
TRACED: Final = 0.05  # X-Ray's default: one request a second, and 5 % of the others


@dataclass(frozen=True)
class Use:
    """What is done in a month.

    Parameters
    ----------
    organizations
        How many there are.
    tier, clusters
        Tier of Atlas, and how many clusters of it.
    requests, logins, mails, events
        Of one organization. Logins are requests, too.
    """

    organizations: int
    tier: str
    clusters: int
    requests: int = 5000
    logins: int = 60
    mails: int = 5
    events: int = 100


USES: Final = (Use(10, "M10", 1), Use(1_000, "M30", 1), Use(100_000, "M40", 3))


def costs(use: Use) -> dict[str, float]:
    """Return US dollars of a month by what they are for."""
    requests = use.requests * use.organizations
    scheduled = SCHEDULED_INVOCATIONS * SCHEDULED_GB_SECONDS
    logins = use.logins * use.organizations * LOGIN_GB_SECONDS
    return {
        "Atlas": cost_of(use.tier, use.clusters * HOURS),
        "API Gateway": api_gateway(requests / MILLION),
        "Lambda, requests": cost_of(INVOCATIONS, requests / MILLION)
        + cost_of(COMPUTING, requests * REQUEST_GB_SECONDS),
        "Lambda, logins": cost_of(COMPUTING, logins),
        "Lambda, on schedule": cost_of(INVOCATIONS, SCHEDULED_INVOCATIONS / MILLION)
        + cost_of(COMPUTING, scheduled),
        "AWS WAF": cost_of("web ACL", 1)
        + cost_of("rule of a web ACL", RULES_OF_WEB_ACL)
        + cost_of("requests to AWS WAF", requests / MILLION),
        "Logs": cost_of("log lines", requests * LOG_GB),
        "Alarms, metrics, dashboard": cost_of("alarm", ALARMS)
        + cost_of("metric", METRICS)
        + cost_of("dashboard", DASHBOARDS),
        "Traces": cost_of("traces", traces(requests) / MILLION),
        "Secrets": cost_of("secret", SECRETS),
        "Mail": cost_of("mails", use.mails * use.organizations / MILLION),
        "Events": cost_of("events", use.events * use.organizations / MILLION),
        "Answers": cost_of("answers to the internet", requests * ANSWER_GB),
    }


def cost_of(what: str, units: float) -> float:
    """Return the price of so many units."""
    return PRICES[what].dollars * units


def api_gateway(millions: float) -> float:
    """Return the price of requests, which falls with their number."""
    first, following = min(millions, 333), min(max(millions - 333, 0), 667)
    return (
        cost_of("requests to API Gateway, of the first 333 million", first)
        + cost_of("requests to API Gateway, of the next 667 million", following)
        + cost_of("requests to API Gateway, of further ones", max(millions - 1000, 0))
    )


def traces(requests: float) -> float:
    """Return how many requests X-Ray traces, if they come evenly: one a second, and a part of the others."""
    first = min(requests, SECONDS)
    return first + TRACED * (requests - first)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def costs_table() -> str:
    """Return what a month costs, for each of `USES`."""
    columns = [costs(use) for use in USES]
    rows = [[name, *(f"{column[name]:,.2f}" for column in columns)] for name in columns[0]]
    totals = [sum(column.values()) for column in columns]
    each = [total / use.organizations for total, use in zip(totals, USES, strict=True)]
    rows.append(["**Together**", *(f"**{total:,.0f}**" for total in totals)])
    rows.append(["for each organization", *(f"{total:,.2f}" for total in each)])
    return table(["$ a month", *(f"{use.organizations:,} organizations" for use in USES)], rows)


def uses_table() -> str:
    """Return what is assumed to be done in a month."""
    rows = [
        ["organizations", *(f"{use.organizations:,}" for use in USES)],
        ["Atlas", *(f"{use.clusters} {use.tier}" for use in USES)],
        ["requests", *(f"{use.requests * use.organizations:,}" for use in USES)],
        ["a second, on average", *(f"{use.requests * use.organizations / SECONDS:,.2f}" for use in USES)],
        ["of them logins", *(f"{use.logins * use.organizations:,}" for use in USES)],
        ["mails", *(f"{use.mails * use.organizations:,}" for use in USES)],
        ["events", *(f"{use.events * use.organizations:,}" for use in USES)],
    ]
    return table(["", *(f"case {number}" for number in range(1, len(USES) + 1))], rows)


def prices_table() -> str:
    """Return the prices, with where they are from."""
    rows = [
        [what, f"{price.dollars:.10f}".rstrip("0").rstrip("."), price.unit, price.source]
        for what, price in PRICES.items()
    ]
    return table(["", "$", "a", "page"], rows)


def main() -> None:
    """Print the tables."""
    sys.stdout.write(f"{uses_table()}\n\n{costs_table()}\n\n{prices_table()}\n")


if __name__ == "__main__":
    main()
