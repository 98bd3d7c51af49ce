import Facts
import HTTPExchange

/// The shape of what `http-exchange` brings back.
enum ExchangeSchema {
  static let facts = Schema.object([
    Schema.Field("connection", connection, required: true, "whether anybody could be asked; null if nobody was"),
    Schema.Field("request", .nullable(request), required: true, "what was asked last; null if nothing was"),
    Schema.Field("plain", .nullable(plain), required: true, "the port without TLS; null if it was not asked for"),
    Schema.Field("response", .nullable(response), required: true, "the last answer; null without a connection"),
    Schema.Field(
      "redirects", .nullable(.array(hop)), required: true, "the redirects seen in order, at most eleven"),
    Schema.Field("redirect", .nullable(redirect), required: true, "the redirects taken together"),
    Schema.Field("timing", .nullable(timing), required: true, "the phases of the last exchange, in milliseconds"),
    Schema.Field(
      "security", .nullable(security), required: true, "what the header fields protect; null if they were not read"),
    Schema.Field(
      "leaks", .nullable(.array(leak)), required: true, "what the content gives away; null if there is no answer"),
  ])

  static let leak = Schema.string(.word(Disclosure.allCases.map(\.rawValue)))

  static let connection = Schema.nullable(
    .object([
      Schema.Field("established", .boolean, required: true, "whether HTTP could be spoken to whoever listens"),
      Schema.Field("reason", .nullable(.string()), required: true, "why not"),
      Schema.Field("address", .nullable(.string()), required: true, "the address connected to"),
    ]))

  private static let request = Schema.object([
    Schema.Field("method", .string(.word(HTTPMethod.safe.map(\.rawValue))), required: true, "the method"),
    Schema.Field("url", .string(), required: true, "the URL, without credentials"),
    Schema.Field(
      "credentials", .string(.word(Answer.Credentials.allCases.map(\.rawValue))), required: true,
      "whether the declared token was sent"),
  ])

  private static let plain = Schema.object([
    Schema.Field("port", .nullable(.integer(minimum: 1, maximum: 65535)), required: true, "the port asked"),
    Schema.Field(
      "outcome", .nullable(.string(.word(PlainOutcome.allCases.map(\.rawValue)))), required: true,
      "what came; null if no port is known"),
    Schema.Field("reason", .nullable(.string()), required: true, "why no port was asked"),
  ])

  private static let response = Schema.object([
    Schema.Field("status", .nullable(.integer(minimum: 100, maximum: 999)), required: true, "the status code"),
    Schema.Field("reason", .nullable(.string()), required: true, "the words behind the status"),
    Schema.Field("version", .nullable(.string(.word(["1.0", "1.1"]))), required: true, "the HTTP version"),
    Schema.Field(
      "headers", .nullable(.object([], others: .array(.string()))), required: true,
      "the values of each field by its name in lower case, bounded; cookies without their values"),
    Schema.Field("headerBytes", .integer(minimum: 0), required: true, "bytes of the header section"),
    Schema.Field("contentType", .nullable(.string()), required: true, "the media type without parameters"),
    Schema.Field("contentLength", .nullable(.integer(minimum: 0)), required: true, "bytes announced"),
    Schema.Field("contentEncoding", .nullable(.string()), required: true, "the compression, if the server insists"),
    Schema.Field("body", .nullable(.string()), required: true, "the first 2048 characters of textual content"),
    Schema.Field("bodyBytes", .integer(minimum: 0), required: true, "bytes of content read"),
    Schema.Field("bodyTruncated", .boolean, required: true, "whether there was more than 256 KiB of content"),
    Schema.Field("wellFormed", .boolean, required: true, "whether this is a whole, well-formed HTTP response"),
    Schema.Field("malformed", .nullable(.string()), required: true, "why not"),
  ])

  private static let hop = Schema.object([
    Schema.Field("status", .integer(minimum: 300, maximum: 399), required: true, "the status code"),
    Schema.Field("from", .string(), required: true, "the URL asked"),
    Schema.Field("to", .string(), required: true, "the URL pointed to, or the Location where that is none"),
    Schema.Field("downgrade", .boolean, required: true, "leads from https to http"),
  ])

  private static let redirect = Schema.object([
    Schema.Field("status", .nullable(.integer(minimum: 300, maximum: 399)), required: true, "the first one's status"),
    Schema.Field("to", .nullable(.string()), required: true, "where the first one leads"),
    Schema.Field("toHTTPS", .nullable(.boolean), required: true, "whether the first one leads to https"),
    Schema.Field("sameHost", .nullable(.boolean), required: true, "whether the first one stays on the host"),
    Schema.Field(
      "keepsPathAndQuery", .nullable(.boolean), required: true, "whether the first one keeps path and query"),
    Schema.Field("downgrade", .boolean, required: true, "whether any leads from https to http"),
    Schema.Field("loop", .nullable(.boolean), required: true, "whether they lead in a circle; null if not followed"),
    Schema.Field("hops", .integer(minimum: 0), required: true, "how many were seen"),
    Schema.Field("stopped", .nullable(.string()), required: true, "why the last one was not followed"),
  ])

  private static let timing = Schema.object([
    Schema.Field("resolve", .number(minimum: 0), required: true, "name resolution"),
    Schema.Field("connect", .number(minimum: 0), required: true, "TCP handshake"),
    Schema.Field("tls", .nullable(.number(minimum: 0)), required: true, "TLS handshake; null without TLS"),
    Schema.Field(
      "firstByte", .nullable(.number(minimum: 0)), required: true,
      "from the request sent to the first byte of the answer; null if none came"),
    Schema.Field("total", .number(minimum: 0), required: true, "all of it, to the end of the answer"),
    Schema.Field(
      "answers", .integer(minimum: 1), required: true,
      "the answers of which this is the quickest: a slow one is asked for again, up to twice"),
  ])

  private static let security = Schema.object([
    Schema.Field(
      "hsts", .nullable(hsts), required: true,
      "Strict-Transport-Security; null over http and for literal addresses, where browsers ignore it"),
    Schema.Field(
      "nosniff", .nullable(.boolean), required: true,
      "X-Content-Type-Options is nosniff; null where there is no content to guess the type of"),
    Schema.Field("contentSecurityPolicy", .boolean, required: true, "a Content-Security-Policy is sent"),
    Schema.Field("frameOptions", .nullable(.string()), required: true, "X-Frame-Options"),
    Schema.Field("server", .nullable(.string()), required: true, "Server"),
    Schema.Field("poweredBy", .nullable(.string()), required: true, "X-Powered-By"),
    Schema.Field("leaksVersion", .boolean, required: true, "a field tells which version answers"),
    Schema.Field("versionField", .nullable(.string()), required: true, "the first field that does"),
  ])

  private static let hsts = Schema.object([
    Schema.Field("present", .boolean, required: true, "the field is sent"),
    Schema.Field("valid", .boolean, required: true, "a browser would heed it"),
    Schema.Field("maxAge", .integer(minimum: 0), required: true, "seconds; 0 if absent or invalid"),
    Schema.Field("includeSubDomains", .boolean, required: true, "covers names below"),
    Schema.Field("preload", .boolean, required: true, "asks for the browsers' preload list"),
  ])
}
