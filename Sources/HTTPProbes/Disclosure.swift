/// Something about its inside that an answer tells a stranger.
enum Disclosure: String, Sendable, CaseIterable {
  /// Where in the program an error arose.
  case stackTrace
  /// A connection string with credentials in it.
  case connectionString
  /// Which version of something behind the service runs.
  case dependencyVersion

  /// What `text` discloses, in the order of the cases. Linear in its length.
  static func found(in text: String) -> [Disclosure] {
    let bytes = Array(text.utf8)
    var found: Set<Disclosure> = []
    if bytes.containsAny(of: traceMarks)
      || bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).contains(where: isFrame)
    {
      found.insert(.stackTrace)
    }
    if holdsCredentials(bytes) { found.insert(.connectionString) }
    if namesDependencyVersion(bytes) { found.insert(.dependencyVersion) }
    return allCases.filter(found.contains)
  }

  // MARK: Stack traces

  private static let traceMarks = [
    "Traceback (most recent call last)", "Exception in thread \"", "goroutine 1 [", "Stack trace:\n#0 ",
    "\nCaused by: ",
    "Werkzeug Debugger", "stack backtrace:\n", "*** Program crashed:",
  ].map { Array($0.utf8) }

  /// `at com.example.Store.load(Store.java:42)`, `at load (/app/store.js:4:2)`, `store.rb:12:in `, `\tat …`,
  /// also when the lines are joined by `\n` inside a JSON string.
  private static func isFrame(_ line: ArraySlice<UInt8>) -> Bool {
    for mark in frameStarts {
      var rest = line
      while let start = rest.position(of: mark) {
        let frame = rest[(start + mark.count)...].prefix(300)
        if hasLineNumber(frame) { return true }
        rest = rest[(start + mark.count)...]
        if frame.count < 300 { break }
      }
    }
    return line.position(of: rubyFrame) != nil
  }

  private static let frameStarts = ["    at ", "\tat ", "\\n    at ", "\\n\\tat ", "\\tat ", "  at "].map {
    Array($0.utf8)
  }
  private static let rubyFrame = Array(":in `".utf8)

  /// `(… .java:42)` or `:4:2)` or `:line 12`.
  private static func hasLineNumber(_ frame: ArraySlice<UInt8>) -> Bool {
    guard let colon = frame.lastIndex(of: UInt8(ascii: ":")) else { return false }
    var behind = frame[(colon + 1)...]
    if behind.starts(with: "line ".utf8) { behind = behind.dropFirst(5) }
    return behind.first.map { (0x30...0x39).contains($0) } ?? false
  }

  // MARK: Connection strings

  /// `scheme://user:password@host`, or `password=…` beside a host or user as in keyword strings.
  private static func holdsCredentials(_ bytes: [UInt8]) -> Bool {
    let separator = Array("://".utf8)
    var rest = bytes[...]
    while let start = rest.position(of: separator) {
      rest = rest[(start + separator.count)...]
      let authority = rest.prefix { $0 > 0x20 && !"/?#\"'<>\\".utf8.contains($0) }
      if let at = authority.firstIndex(of: UInt8(ascii: "@")),
        let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":")), colon + 1 < at
      {
        return true
      }
    }
    let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return ["password=", "pwd="].contains { mark in
      guard let start = lower[...].position(of: Array(mark.utf8)), start + mark.utf8.count < lower.count else {
        return false
      }
      let around = lower[max(0, start - 200)..<min(lower.count, start + 200)]
      return around.containsAny(of: ["host=", "server=", "user=", "dbname=", "data source="].map { Array($0.utf8) })
    }
  }

  // MARK: Versions

  private static let products = [
    "postgresql", "mysql", "mariadb", "redis", "mongodb", "rabbitmq", "kafka", "elasticsearch", "opensearch", "nginx",
    "apache", "openssl", "tomcat", "jetty", "php", "django", "memcached", "minio",
  ].map { Array($0.utf8) }

  /// A product's name followed within a few signs by a number with a dot in it: `PostgreSQL 15.4`, `redis_version:7.2`.
  private static func namesDependencyVersion(_ bytes: [UInt8]) -> Bool {
    let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return products.contains { product in
      var rest = lower[...]
      while let start = rest.position(of: product) {
        rest = rest[(start + product.count)...]
        var behind = rest.prefix(24)
        behind = behind.drop { "/ \":=,_-({".utf8.contains($0) }
        if behind.starts(with: "version".utf8) { behind = behind.dropFirst(7).drop { "/ \":=".utf8.contains($0) } }
        if behind.first == UInt8(ascii: "v") { behind = behind.dropFirst() }
        let whole = behind.prefix { (0x30...0x39).contains($0) }
        let fraction = behind.dropFirst(whole.count)
        if (1...3).contains(whole.count), fraction.first == UInt8(ascii: "."),
          fraction.dropFirst().first.map({ (0x30...0x39).contains($0) }) ?? false
        {
          return true
        }
      }
      return false
    }
  }
}

extension Collection<UInt8> where Index == Int {
  /// Where `pattern` first begins.
  fileprivate func position(of pattern: [UInt8]) -> Int? {
    guard let first = pattern.first, count >= pattern.count else { return nil }
    var index = startIndex
    let last = endIndex - pattern.count
    while index <= last {
      if self[index] == first, self[index..<index + pattern.count].elementsEqual(pattern) { return index }
      index += 1
    }
    return nil
  }

  fileprivate func containsAny(of patterns: [[UInt8]]) -> Bool { patterns.contains { position(of: $0) != nil } }
}
