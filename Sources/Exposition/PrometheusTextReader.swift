/// Reads the Prometheus text format 0.0.4, as strictly as its reference parser for people.
struct PrometheusTextReader {
  private(set) var families: [MetricFamily] = []
  private(set) var complaints: [Complaint] = []
  private var indexes: [[UInt8]: Int] = [:]
  private var hasType: Set<Int> = []
  private var seen: Set<[UInt8]> = []
  private var current: Int?

  /// Reads all lines.
  mutating func read(_ lines: ExpositionLines) {
    for index in lines.ranges.indices {
      do throws(LineFault) {
        let line = try lines.line(at: index)
        let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if text.isEmpty { continue }
        if line.last == UInt8(ascii: "\r") {
          throw LineFault("carriage-return", "the line ends with a carriage return")
        }
        if text.first == UInt8(ascii: "#") {
          try readComment(text.dropFirst(), at: index + 1)
        } else {
          var parser = SampleParser(line, line: index + 1, format: .prometheus)
          let sample = try parser.sample()
          for fault in parser.advice { complain(index + 1, fault, .warn) }
          try take(sample)
        }
      } catch {
        complain(index + 1, error, .error)
      }
    }
    if !lines.endsWithNewline {
      complain(lines.end - 1, LineFault("newline-missing", "the last line does not end with a line feed"), .error)
    }
    for family in families where family.type == .histogram {
      for point in Self.histograms(of: family) {
        for fault in point.faults where fault.rule != "sum-forbidden" { complain(point.lastLine, fault, .warn) }
      }
    }
  }

  private mutating func complain(_ line: Int, _ fault: LineFault, _ severity: Complaint.Severity) {
    guard complaints.count < Exposition.mostComplaints else { return }
    complaints.append(Complaint(line: line, rule: fault.rule, severity: severity, message: fault.message))
  }

  /// The points of a histogram whose samples may stand in any order.
  private static func histograms(of family: MetricFamily) -> [HistogramPoint] {
    var groups: [[UInt8]: [MetricSample]] = [:]
    var order: [[UInt8]] = []
    for sample in family.samples {
      let key = sample.labelKey(without: sample.name.hasSuffix("_bucket") ? "le" : nil)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(sample)
    }
    return order.flatMap { HistogramPoint.points(of: groups[$0] ?? [], family: family.name) }
  }

  /// `# TYPE name type` and `# HELP name text`; anything else behind # is a comment.
  private mutating func readComment(_ text: ArraySlice<UInt8>, at line: Int) throws(LineFault) {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let rest = text.drop(while: isBlank)
    let keyword = rest.prefix { !isBlank($0) }
    let isType = keyword.elementsEqual("TYPE".utf8)
    guard isType || keyword.elementsEqual("HELP".utf8) else { return }
    let word = isType ? "TYPE" : "HELP"
    guard let (name, text) = MetricName.leading(rest.dropFirst(4).drop(while: isBlank)) else {
      throw LineFault("metadata-malformed", "# \(word) is followed by no metric's name")
    }
    let value = (text ?? []).drop(while: isBlank)
    let index = family(name, at: line)
    if isType {
      let trimmed = String(decoding: value.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
      guard let type = MetricType(rawValue: trimmed == "untyped" ? "unknown" : trimmed),
        [.counter, .gauge, .histogram, .summary].contains(type) || trimmed == "untyped"
      else {
        throw LineFault("type-unknown", "\(String(trimmed.prefix(40)).debugDescription) is no type of this format")
      }
      guard hasType.insert(index).inserted else {
        throw LineFault("type-duplicate", "the type of \(name) stands twice")
      }
      guard families[index].samples.isEmpty else {
        throw LineFault("metadata-late", "the type of \(name) stands behind its samples")
      }
      families[index].type = type
    } else {
      guard families[index].help == nil else { throw LineFault("help-duplicate", "the help of \(name) stands twice") }
      families[index].help = String(decoding: value, as: UTF8.self)
      if hasStrangeEscape(value) {
        complain(
          line,
          LineFault("escape-unknown", "a backslash before something other than \\ or n, at which some parsers stop"),
          .warn)
      }
    }
    current = index
  }

  /// Whether a backslash stands before something that needs none.
  private func hasStrangeEscape(_ text: ArraySlice<UInt8>) -> Bool {
    var isEscaped = false
    for byte in text {
      if isEscaped, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "n") { return true }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    }
    return isEscaped
  }

  private mutating func family(_ name: String, at line: Int) -> Int {
    let key = Array(name.utf8)
    if let known = indexes[key] { return known }
    families.append(MetricFamily(name: name, type: .unknown, samples: [], line: line))
    indexes[key] = families.count - 1
    return families.count - 1
  }

  private mutating func take(_ sample: MetricSample) throws(LineFault) {
    let index = owner(of: sample)
    let type = families[index].type
    let name = families[index].name
    if sample.name.utf8.elementsEqual((name + "_bucket").utf8), type == .histogram {
      guard let bound = FamilyDraft.bound(of: sample), !bound.isNaN else {
        throw LineFault("bucket-bound", "a bucket has a label le with a number")
      }
    }
    if type == .summary, sample.name.utf8.elementsEqual(name.utf8) {
      guard let text = sample[label: "quantile"], MetricNumber.value(Array(text.utf8)[...]) != nil else {
        throw LineFault("quantile-label", "a quantile has a label quantile with a number")
      }
    }
    if let current, current != index, !families[index].samples.isEmpty {
      complain(
        sample.line, LineFault("metrics-interleaved", "the lines of \(name) do not stand together"), .warn)
    }
    if !seen.insert(sample.seriesKey).inserted {
      complain(sample.line, LineFault("sample-duplicate", "the same metric stands twice: one of them is lost"), .warn)
    }
    if let time = sample.timestamp?.wholeUnits, (100_000_000...99_999_999_999).contains(time) {
      complain(
        sample.line, LineFault("timestamp-in-seconds", "the timestamp looks like seconds, milliseconds are wanted"),
        .warn)
    }
    families[index].samples.append(sample)
    current = index
  }

  /// The family a sample belongs to: the declared one whose suffix it has, or one of its own name.
  private mutating func owner(of sample: MetricSample) -> Int {
    for suffix in ["_count", "_sum", "_bucket"] where sample.name.hasSuffix(suffix) {
      if let index = indexes[Array(sample.name.utf8.dropLast(suffix.utf8.count))],
        families[index].type.suffixes(in: .prometheus).contains(suffix)
      {
        return index
      }
    }
    return family(sample.name, at: sample.line)
  }
}
