/// What an endpoint exposes: the families of metrics that could be read, and what is wrong with the text. Pure.
package struct Exposition: Sendable {
  /// The most complaints that are kept.
  package static let mostComplaints = 1000

  /// The format it was read as.
  package let format: ExpositionFormat
  /// In the order of the text, as far as they could be read.
  package let families: [MetricFamily]
  /// By line; at most `mostComplaints`.
  package let complaints: [Complaint]

  /// Reads `bytes` as `format`, and holds what they say against the rules of the format and the advice of the community.
  package init(_ bytes: [UInt8], format: ExpositionFormat) {
    self.format = format
    let lines = ExpositionLines(bytes)
    var complaints: [Complaint]
    switch format {
    case .openmetrics:
      var reader = OpenMetricsReader()
      reader.read(lines)
      (families, complaints) = (reader.families, reader.complaints)
    case .prometheus:
      var reader = PrometheusTextReader()
      reader.read(lines)
      (families, complaints) = (reader.families, reader.complaints)
    }
    complaints += Advice(format).complaints(on: families)
    // Errors first: they must not be lost where there are too many.
    let kept = complaints.filter { $0.severity == .error } + complaints.filter { $0.severity == .warn }
    self.complaints = kept.prefix(Self.mostComplaints).enumerated()
      .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
  }

  /// Whether it is an exposition in its format.
  package var parses: Bool { !complaints.contains { $0.severity == .error } }

  /// The number of samples, created times included.
  package var sampleCount: Int { families.reduce(0) { $0 + $1.samples.count } }
}

/// The lines of a text, without their ends.
struct ExpositionLines {
  let bytes: [UInt8]
  let ranges: [Range<Int>]
  /// Whether the last line has an end.
  let endsWithNewline: Bool

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var ranges: [Range<Int>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      ranges.append(start..<index)
      start = index + 1
    }
    endsWithNewline = start == bytes.count
    if !endsWithNewline { ranges.append(start..<bytes.count) }
    self.ranges = ranges
  }

  /// One past the last line.
  var end: Int { ranges.count + 1 }

  /// The line at `index`; throws where it is no text.
  func line(at index: Int) throws(LineFault) -> ArraySlice<UInt8> {
    let line = bytes[ranges[index]]
    if index == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw LineFault("byte-order-mark", "the text begins with a byte order mark")
    }
    guard line.allSatisfy({ $0 < 0x80 }) || String(validating: line, as: UTF8.self) != nil else {
      throw LineFault("not-utf8", "the line is not UTF-8")
    }
    return line
  }
}
