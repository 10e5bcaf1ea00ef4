"""Two hundred strings that would run, load or break something wherever they were more than text."""

from __future__ import annotations

CALLS = ["alert(1)", "fetch('//x.invalid')", "eval(name)"]
ELEMENTS = [
    "<script>{}</script>", "</script><script>{}</script>", "</title><script>{}</script>",
    "</style><script>{}</script>", "<img src=x onerror={}>", '"><img src=x onerror={}>', "'><svg onload={}>",
    "<svg><animate onbegin={} attributeName=x>", "<iframe srcdoc='&lt;script&gt;{}&lt;/script&gt;'>",
    "<a href=javascript:{}>x</a>", "<body onload={}>", "<input autofocus onfocus={}>", "<details open ontoggle={}>",
    "<math><mtext><script>{}</script>", "<base href=//x.invalid/{}>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "<object data=javascript:{}>",
    "<link rel=stylesheet href=//x/{}>", "<template><script>{}</script></template>", "<!--><script>{}</script>-->",
    "<![CDATA[<script>{}</script>]]>", "x' onmouseover='{}", 'x" onclick="{}', "x` onfocus=`{}",
    "<ScRiPt>{}</sCrIpT>", "<scr\0ipt>{}</scr\0ipt>", "<script\n>{}</script\n>",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e", "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;", "&amp;lt;script&amp;gt;{}", "javascript:{}",
    "data:text/html,<script>{}</script>", "<form action=javascript:{}><button>x</button>", "[x](javascript:{})",
    "![x](x \"onerror={}\")", "`<script>{}</script>`", "<style>@import '//x/{}'</style>", "x{{}}</style>{}",
    "expression({})", "url(javascript:{})",
]  # fmt: skip
FORMULAS = [
    f"{sign}{rest}"
    for sign in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    for rest in ("1+1", "cmd|'/C calc'!A0", 'HYPERLINK("//x.invalid","x")', "SUM(A1:A9)")
]
OTHERS = [
    "\t=1+1", "\r=1+1", "\n=1+1", "{{ 7 * 7 }}", "{% raw %}", "{{ ''.__class__.__mro__ }}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "%s%s%n", "{0.__class__}", "{}", "%(x)s", "../../etc/passwd", "..\\..\\windows", "/etc/passwd",
    "file:///etc/passwd", "CON", "a\0b", "\0", "\u202egnp.exe", "\u202d\u2066x\u2069", "\u200b", "\ufeffx",
    "\x1b[31mred\x1b[0m", "\x07", "a\u2028b", "\U000e0041", "e\u0301" * 30, "\ud7ff", "$x$", "_$x$_", "\\alpha",
    "x" * 5000, "'; DROP TABLE runs; --", "\" OR 1=1", "||calc", "`id`", "$(id)", "; rm -rf x", "NaN", "None", "null",
    "true", "-", "'", '"', "''", '""', "<", ">", "&", "&&", "]]>", "-->",
]  # fmt: skip
HOSTILE = [e.replace("{}", call).replace("{{}}", "{}") for call in CALLS for e in ELEMENTS] + FORMULAS + OTHERS
