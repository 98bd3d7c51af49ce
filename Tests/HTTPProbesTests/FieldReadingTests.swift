import Facts
import Testing
import Transport

@testable import HTTPExchange
@testable import HTTPProbes

@Suite("What single fields and contents say")
struct FieldReadingTests {
  @Test(
    "Strict-Transport-Security as RFC 6797 reads it",
    arguments: [
      ("max-age=31536000; includeSubDomains; preload", 31_536_000, true),
      ("MAX-AGE=\"63072000\" ;INCLUDESUBDOMAINS", 63_072_000, true),
      ("max-age=0", 0, false), (";max-age=5;;x=y", 5, false), ("max-age=99999999999999999999", .max, false),
    ])
  func readsTransportSecurity(field: String, maxAge: Int, subDomains: Bool) {
    let policy = StrictTransportSecurity(field)
    #expect(policy?.maxAge == maxAge)
    #expect(policy?.includesSubDomains == subDomains)
  }

  @Test(
    "ignores what a browser would ignore",
    arguments: ["", "includeSubDomains", "max-age", "max-age=", "max-age=-1", "max-age=1;max-age=2", "max-age=1 year"])
  func ignoresTransportSecurity(field: String) { #expect(StrictTransportSecurity(field) == nil) }

  @Test(
    "finds disclosed versions",
    arguments: [
      ("server", "nginx/1.22.1", true), ("server", "nginx", false), ("x-powered-by", "PHP/8.2", true),
      ("x-powered-by", "Express", false), ("server", "Apache/2.4.57 (Debian)", true), ("server", "cloudflare", false),
      ("x-aspnet-version", "4.0.30319", true), ("server", "gws2", false), ("x-request-id", "1.2.3", false),
    ])
  func findsVersions(name: String, value: String, expected: Bool) {
    var fields = HeaderFields()
    fields.append(name: name, value: value)
    #expect((ProductVersion.disclosed(by: fields) != nil) == expected)
  }

  @Test(
    "finds what contents give away",
    arguments: [
      ("{\"status\":\"pass\",\"version\":\"1.4.2\"}", []),
      ("Not found at all, see https://docs.example/help at noon", []),
      ("Error\n    at load (/app/store.js:4:2)\n    at main (/app/main.js:1:1)", [.stackTrace]),
      ("{\"trace\":\"java.lang.Error: no\\n\\tat com.example.Store.load(Store.java:42)\\n\"}", [.stackTrace]),
      ("Traceback (most recent call last):\n  File \"a.py\", line 1", [.stackTrace]),
      ("app/models/store.rb:12:in `load'", [.stackTrace]),
      ("cannot reach postgres://events:hunter2@db.internal:5432/events", [.connectionString]),
      ("host=db user=events password=hunter2", [.connectionString]),
      ("see https://host.example/a:b@c", []),
      ("{\"db\":\"PostgreSQL 15.4 (Debian)\"}", [.dependencyVersion]),
      ("{\"redis_version\":\"7.2.1\"}", [.dependencyVersion]),
      ("{\"nginx\":\"up\",\"redis\":\"ok in 1.2 ms\"}", []),
    ] as [(String, [Disclosure])])
  func findsDisclosures(text: String, expected: [Disclosure]) { #expect(Disclosure.found(in: text) == expected) }

  @Test("looking for disclosures in 256 KiB of near misses stays quick")
  func staysLinear() {
    let text = String(repeating: "    at host:// password= redis ", count: 8000)
    let clock = ContinuousClock()
    let taken = clock.measure { _ = Disclosure.found(in: text) }
    #expect(taken < .seconds(5))
  }

  @Test("records cookies without their values, and no credentials")
  func hidesCredentials() {
    var fields = HeaderFields()
    fields.append(name: "Set-Cookie", value: "session=abc123; Path=/; HttpOnly")
    fields.append(name: "Set-Cookie", value: "bare")
    fields.append(name: "Authorization", value: "Bearer abc123")
    let facts = RecordedFields.facts(fields, hiding: { $0 })
    #expect(facts["set-cookie"] == ["session=[withheld]; Path=/; HttpOnly", "[withheld]"])
    #expect(facts["authorization"] == ["[withheld]"])
  }

  @Test("records a bounded number of bounded fields")
  func boundsFields() {
    var fields = HeaderFields()
    for number in 0..<500 { fields.append(name: "x-\(number)", value: String(repeating: "é", count: 5000)) }
    for _ in 0..<500 { fields.append(name: "x-0", value: "again") }
    let facts = RecordedFields.facts(fields, hiding: { $0 })
    #expect(facts.object?.count == RecordedFields.nameLimit)
    #expect(facts["x-1"]?[0]?.string?.unicodeScalars.count == RecordedFields.valueLimit)
    #expect((facts["x-0"]?.array?.count ?? 0) <= 20)
  }
}
