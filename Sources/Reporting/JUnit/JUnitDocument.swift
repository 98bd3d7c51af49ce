import AuditModel

/// One JUnit file in one dialect; stops writing once it is larger than its limit.
struct JUnitDocument: ~Copyable {
  private let report: AuditReport
  private let dialect: JUnitDialect
  private let detail: JUnitDetail
  private let limit: Int
  private var xml: XMLWriter
  private var mapping: JUnitMapping

  init(_ report: AuditReport, dialect: JUnitDialect, detail: JUnitDetail, limit: Int) throws {
    self.report = report
    self.dialect = dialect
    self.detail = detail
    self.limit = limit
    xml = try XMLWriter()
    mapping = JUnitMapping(report, detail: detail)
  }

  /// The document with `suites`; nil where it would be larger than the limit.
  consuming func written(_ suites: [JUnitSuite]) throws -> [UInt8]? {
    if dialect != .surefire {
      xml.start("testsuites")
      writeRootAttributes(suites)
    }
    for (index, suite) in suites.enumerated() {
      write(suite, id: index)
      if xml.count > limit { return nil }
    }
    let limit = limit
    let bytes = try finish()
    return bytes.count > limit ? nil : bytes
  }

  private consuming func finish() throws -> [UInt8] { try xml.finished() }

  private mutating func writeRootAttributes(_ suites: [JUnitSuite]) {
    guard dialect == .rich || dialect == .jenkins else { return }
    func sum(_ outcome: JUnitCase.Outcome) -> Int { suites.reduce(0) { $0 + ($1.outcomes[outcome] ?? 0) } }
    xml.attribute("name", text("\(report.tool.name) \(report.system.name)"))
    xml.attribute("tests", String(suites.reduce(0) { $0 + $1.count }))
    xml.attribute("failures", String(sum(.failure)))
    xml.attribute("errors", String(sum(.error)))
    if dialect == .rich {
      xml.attribute("skipped", String(sum(.skipped)))
      xml.attribute("timestamp", report.startedAt.description)
    }
    xml.attribute("time", seconds(suites.reduce(0) { $0 + $1.durationMs }))
  }

  private mutating func write(_ suite: JUnitSuite, id: Int) {
    xml.start("testsuite")
    xml.attribute("name", text(suite.name))
    if dialect == .ant {
      xml.attribute("package", "readiness")
      xml.attribute("id", String(id))
      // The schema wants a host; which one ran the audit is nobody's business.
      xml.attribute("hostname", "localhost")
    }
    xml.attribute("tests", String(suite.count))
    xml.attribute("failures", String(suite.outcomes[.failure] ?? 0))
    xml.attribute("errors", String(suite.outcomes[.error] ?? 0))
    xml.attribute("skipped", String(suite.outcomes[.skipped] ?? 0))
    xml.attribute("time", seconds(suite.durationMs))
    let timestamp = report.startedAt.description
    // The Ant schema knows no zone.
    xml.attribute("timestamp", dialect == .ant ? String(timestamp.dropLast()) : timestamp)
    xml.start("properties")
    for (name, value) in suite.properties { xml.element("property", ["name": name, "value": text(value)]) }
    xml.end()
    var output = ""
    switch suite.content {
    case .gate(let conditions):
      for condition in conditions { write(mapping.testCase(for: condition), of: suite, output: &output) }
    case .said(let said):
      for item in said { write(mapping.testCase(for: item), of: suite, output: &output) }
    case .findings(let findings):
      for finding in findings {
        write(mapping.testCase(for: finding), of: suite, output: &output)
        if xml.count > limit { break }
      }
    }
    if dialect == .ant {
      xml.element("system-out", text: output.shortened(toBytes: JUnitMapping.textLimit))
      xml.element("system-err")
    }
    xml.end()
  }

  private mutating func write(_ testCase: JUnitCase, of suite: JUnitSuite, output suiteOutput: inout String) {
    xml.start("testcase")
    xml.attribute("classname", testCase.className)
    xml.attribute("name", testCase.name)
    xml.attribute("time", seconds(testCase.durationMs))
    if dialect == .rich, let location = suite.location {
      xml.attribute("file", text(location.path))
      xml.attribute("line", String(location.line))
    }
    if dialect == .rich, !testCase.properties.isEmpty {
      xml.start("properties")
      for (name, value) in testCase.properties { xml.element("property", ["name": name, "value": value]) }
      xml.end()
    }
    if let result = testCase.result {
      xml.start(result.outcome.rawValue)
      xml.attribute("message", result.message)
      if result.outcome != .skipped { xml.attribute("type", result.type) }
      xml.text(result.text)
      xml.end()
    }
    if let output = output(of: testCase) {
      switch dialect {
      case .rich, .jenkins, .surefire: xml.element("system-out", text: output)
      case .ant: if suiteOutput.utf8.count < JUnitMapping.textLimit { suiteOutput += "\(testCase.name)\n\(output)" }
      }
    }
    xml.end()
  }

  /// Where a dialect has no properties per case, those who read it take them from the output.
  private func output(of testCase: JUnitCase) -> String? {
    guard dialect == .jenkins, !testCase.properties.isEmpty else { return testCase.output }
    let properties = testCase.properties.map { "[[PROPERTY|\($0.name)=\($0.value)]]\n" }.joined()
    return (properties + (testCase.output ?? "")).shortened(toBytes: JUnitMapping.textLimit)
  }

  private func text(_ raw: String) -> String { Untrusted.oneLine(raw, limit: JUnitMapping.attributeLimit) }
}
