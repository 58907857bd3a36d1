"""How HTTP clients write the status of an answer, and what each status means for a connector.

Sources: RFC 9110; the JDK's HttpURLConnection, Apache HttpClient, OkHttp, Google's API client, the AWS SDKs,
Confluent's, Aiven's and Lenses' connectors, Strimzi's OAuth client.
"""

from __future__ import annotations

REFUSED = ("401", "403")
REJECTED = ("400", "404", "405", "409", "410", "413", "414", "415", "422")
UNAVAILABLE = ("408", "429", "500", "502", "503", "504", "520", "522", "524")

_FORMS = (
    "status code: {}", "Status code: {}", "Status Code: {}", "Status code : {}", "status code {}", "Status code {}",
    "status code=[{}", "status code [{}]", "status code=[{}]", "status code={}", "statusCode={}", "statusCode: {}",
    "HTTP/1.1 {}", "HTTP/2 {}", "HTTP {}", "HTTP status {}", "HTTP Status {}", "HTTP error {}", "HTTP error code: {}",
    "HTTP error code : {}", "HTTP Response code: {}", "HTTP response code: {}", "HTTP response code {}",
    "Response code: {}", "response code: {}", "response code {}", "Response code {}", "responseCode={}",
    "response status {}", "with status {}",
)  # fmt: skip
_PHRASES = {
    "400": ("Bad Request",),
    "401": ("Unauthorized",),
    "403": ("Forbidden",),
    "404": ("Not Found",),
    "405": ("Method Not Allowed",),
    "409": ("Conflict",),
    "413": ("Request Entity Too Large", "Payload Too Large", "Content Too Large"),
    "422": ("Unprocessable",),
    "429": ("Too Many Requests",),
    "500": ("Internal Server Error",),
    "502": ("Bad Gateway",),
    "503": ("Service Unavailable", "Service Temporarily Unavailable"),
    "504": ("Gateway Time-out", "Gateway Timeout"),
}


def written(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Each way in which a client writes one of `codes`, as texts of signatures."""
    forms = [form.format(code) for code in codes for form in _FORMS]
    return (*forms, *(f"{code} {phrase}" for code in codes for phrase in _PHRASES.get(code, ())))
