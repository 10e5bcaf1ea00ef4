"""Published figures of business-to-business receivables, and where nothing credible was found."""

from __future__ import annotations

from dataclasses import dataclass

NEAR = 0.2
"""Where a source gives one number only, a figure within this share of it counts as inside."""


@dataclass(frozen=True)
class Published:
    """One published figure: what it says, in the unit of the figure of :mod:`.measures` that it compares with.

    ``low`` and ``high`` are the range over the editions, countries or months that were read; equal if there is one.
    """

    figure: str
    low: float
    high: float
    source: str
    year: str
    what: str
    url: str

    @property
    def range(self) -> tuple[float, float]:
        """What counts as inside."""
        if self.low < self.high:
            return self.low, self.high
        return self.low * (1 - NEAR), self.high * (1 + NEAR)

    def judge(self, value: float) -> str:
        """Where a figure lies: inside, below or above; empty where there is none."""
        low, high = self.range
        if value != value:
            return ""
        return "below" if value < low else "above" if value > high else "inside"


PUBLISHED = (
    Published(
        "late", 0.45, 0.50, "Xero; Fundbox", "2015-2022",
        "Invoices of small firms paid late: Xero 47 % (Australia, 30-day terms) and 45 % (New Zealand, 2021), "
        "Fundbox 50 % (US, 30-day terms, 20 million invoices)",
        "https://www.xero.com/ph/media-releases/nz-xsbi-cash-flow-crunch-part-two-report/",
    ),
    Published(
        "late", 0.26, 0.31, "CIPS, of UK payment reports", "2018-2023",
        "Invoices that large UK firms paid later than agreed",
        "https://www.logisticsit.com/articles/2023/08/31/"
        "large-uk-businesses-pay-quarter-of-invoices-late-and-payment-times-virtually-unchanged-since-2018",
    ),
    Published(
        "late_amount", 0.418, 0.50, "Atradius", "2018-2025",
        "Value of B2B invoices overdue: 41.8 % (Western Europe, 2018), 47 % (2025), 50 % (US, 2024)",
        "https://atradius.jp/knowledge-and-research/news/what-did-a-year-of-b2b-payment-disruption-teach-us",
    ),
    Published(
        "late_30", 0.08, 0.08, "Xero", "2022", "Invoices of small firms in New Zealand paid over a month late in 2021",
        "https://www.xero.com/ph/media-releases/nz-xsbi-cash-flow-crunch-part-two-report/",
    ),
    Published(
        "late_90", 0.012, 0.049, "CRIBIS D&B", "2016",
        "Payments 90 or more days late: US 4.9 % (2007) and 3.5 % (2015), Canada 3.3 % and 1.2 %",
        "http://www.dnb.com/perspectives/finance-credit-risk/2016-global-payments-performance-trends.html",
    ),
    Published(
        "to_pay_mean", 34, 37, "Intrum; EY, of UK payment reports", "2017-2024",
        "Average days to get paid: Europe 37 (2017) and 34 (2018), large UK firms 37 (2021) and 34 (2024)",
        "https://news.cision.com/intrum/r/prospering-economy-shrinks-bad-debt-losses,c2532676",
    ),
    Published(
        "to_pay_mean", 32.1, 38.7, "Xero", "until 2019",
        "Average days to get paid of small Australian firms at 30-day terms, quickest and slowest month that was read",
        "https://www.xero.com/small-business-insights/late-payments-panel/",
    ),
    Published(
        "to_pay_60", 0.116, 0.14, "EY, of UK payment reports", "2021-2024",
        "Invoices that large UK firms paid after 60 days",
        "https://goodbusinesspays.com/posts/uk-payment-practices-are-improving-but-whos-leading-the-charge/",
    ),
    Published(
        "late_mean", 2.1, 8.3, "Xero", "2018-2022",
        "Average days late of invoices of small firms: New Zealand 8.3 (2018) and 6.3 (2021), Australia 2.1 (2019)",
        "https://m.scoop.co.nz/stories/BU1808/S00409/kiwi-small-businesses-paid-on-average-83-days-late-in-june.htm",
    ),
    Published(
        "late_mean", 13, 17, "Dun & Bradstreet", "2013", "Average days late of British firms, 2006 to 2012",
        "http://www.dnb.co.uk/news/payment-trends-apr13",
    ),
    Published(
        "dso", 48, 66, "Atradius; Allianz Trade (Euler Hermes)", "2014-2023",
        "The Americas 48 (2014), worldwide 59 (2023) and 66 (2017); of large firms, whose terms are often longer",
        "https://www.allianz-trade.com/en_BE/news/latest-news/risk-of-payment-default-increases.html",
    ),
    Published(
        "bad_debt", 0.013, 0.0244, "Atradius; Intrum", "2016-2018",
        "Uncollectable B2B receivables 1.3 % (2018); share of yearly revenue written off 2.44 % (2016), 2.14 % (2017), "
        "1.7 % (2018)",
        "https://news.cision.com/intrum/r/prospering-economy-shrinks-bad-debt-losses,c2532676",
    ),
    Published(
        "bad_debt", 0.06, 0.10, "Atradius, later surveys", "2021-2024",
        "Value of B2B invoices that firms call written off: 10 % (2021), 6 %, 8 % (2024); far from the earlier "
        "editions, so probably another question",
        "https://atradiuscollections.com/ca/knowledge-and-research/reports/b2b-payment-practices-trends-us-2024",
    ),
    Published(
        "credit_notes", 0.03, 0.07, "OnePosting Credit Management Benchmark", "year not stated",
        "Credit notes per invoice: the median firm 3 %, the mean of firms 7 %, the largest 50 %",
        "https://oneposting.com/insights/credit-note-invoice-ratio-mean/",
    ),
    Published(
        "issued_weekend", 0.06, 0.06, "Vistr", "year not stated", "Of over 300,000 invoices",
        "https://www.vistr.co/blog/cashflow-day-to-invoice-customers",
    ),
    Published(
        "issued_first", 0.11, 0.11, "Vistr", "year not stated", "Of over 300,000 invoices",
        "https://www.vistr.co/blog/cashflow-day-to-invoice-customers",
    ),
    Published(
        "issued_30_31", 0.16, 0.16, "Vistr", "year not stated", "Of over 300,000 invoices, around the 30th and 31st",
        "https://www.vistr.co/blog/cashflow-day-to-invoice-customers",
    ),
    Published(
        "top_10", 0.40, 0.60, "Pruitt (Banner Peak)", "year not stated",
        "Revenue from the largest tenth, as a consultant usually saw it",
        "https://www.bannerpeak.co/do-20-percent-of-customers-really-generate-80-percent-of-revenue.html",
    ),
    Published(
        "top_20", 0.59, 0.73, "McCarthy & Winer; Kim, Singh & Winer", "2017-2018",
        "Sales from the top 20 %: 339 listed companies 67 % (with subscriptions 59 %, without 68 %), packaged goods "
        "73 %; mostly consumers",
        "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=3264425",
    ),
)  # fmt: skip
"""What was found, each read in the source named or in a page that quotes it."""

NOT_FOUND = (
    ("Paid in parts", "vendors name shares up to 30 % of transactions without saying what was counted."),
    ("Disputed", "only targets (“under 5 %”), and shares among the reasons for paying late, not among invoices."),
    (
        "Payments by weekday, on weekends and at month end",
        "payment schemes report record days at month ends, no shares.",
    ),
    ("Habit", "studies call the customer's own history the best predictor; none that was read prints a correlation."),
    ("Customers with 1 to 3 invoices, the largest 1 %, Gini", "no figures of business customers."),
    (
        "Contacts, messages, promises",
        "no reminder trial between businesses, none of naming the sender, and no kept-promise rate; paybench.simulate"
        ".sweep draws worlds over a range of each and tells what follows.",
    ),
)
"""What was looked for in vain, and what was seen instead."""
