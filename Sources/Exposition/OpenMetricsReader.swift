/// Reads OpenMetrics 1.0. The rules are those of the specification, and where it leaves a choice, of its own test suite.
struct OpenMetricsReader {
  private(set) var families: [MetricFamily] = []
  private(set) var complaints: [Complaint] = []
  private var draft: FamilyDraft?
  /// The sample names that finished families lay claim to.
  private var claimed: Set<[UInt8]> = []

  /// Reads all lines.
  mutating func read(_ lines: ExpositionLines) {
    var isOver = false
    for index in lines.ranges.indices {
      do throws(LineFault) {
        let line = try lines.line(at: index)
        if isOver { throw LineFault("text-after-eof", "something follows # EOF") }
        if line.elementsEqual("# EOF".utf8) {
          isOver = true
          continue
        }
        if line.isEmpty { throw LineFault("blank-line", "blank lines are not allowed") }
        if line.last == UInt8(ascii: "\r") {
          throw LineFault("carriage-return", "the line ends with a carriage return")
        }
        if line.first == UInt8(ascii: "#") {
          try readMetadata(line, at: index + 1)
        } else {
          var parser = SampleParser(line, line: index + 1, format: .openmetrics)
          try take(try parser.sample())
        }
      } catch {
        complain(index + 1, error)
        draft?.hasFault = true
        if isOver { break }
      }
    }
    finish()
    if !isOver {
      complain(lines.end, LineFault("eof-missing", "the exposition does not end with # EOF: it may be cut short"))
    }
  }

  private mutating func complain(_ line: Int, _ fault: LineFault) {
    guard complaints.count < Exposition.mostComplaints else { return }
    complaints.append(Complaint(line: line, rule: fault.rule, severity: .error, message: fault.message))
  }

  // MARK: Metadata

  /// `# TYPE name type`, `# HELP name text`, `# UNIT name unit`.
  private mutating func readMetadata(_ line: ArraySlice<UInt8>, at number: Int) throws(LineFault) {
    let malformed = LineFault(
      "metadata-malformed",
      "lines that begin with # are TYPE, HELP or UNIT, a name and a text, with one blank between each")
    guard let keyword = ["TYPE", "HELP", "UNIT"].first(where: { line.starts(with: "# \($0) ".utf8) }),
      let (name, rest) = MetricName.leading(line.dropFirst(7)), let text = rest, line[text.startIndex - 1] == 0x20
    else { throw malformed }
    try open(name, at: number)
    switch keyword {
    case "TYPE":
      guard draft?.type == nil else { throw LineFault("type-duplicate", "the type of \(name) stands twice") }
      guard let type = MetricType(rawValue: String(decoding: text, as: UTF8.self)) else {
        throw LineFault(
          "type-unknown", "\(String(decoding: text.prefix(40), as: UTF8.self).debugDescription) is no type")
      }
      draft?.type = type
    case "HELP":
      guard draft?.help == nil else { throw LineFault("help-duplicate", "the help of \(name) stands twice") }
      draft?.help = String(decoding: text, as: UTF8.self)
    default:
      guard draft?.unit == nil else { throw LineFault("unit-duplicate", "the unit of \(name) stands twice") }
      draft?.unit = String(decoding: text, as: UTF8.self)
    }
  }

  /// Makes the family called `name` the one that is read, unless it is that already.
  private mutating func open(_ name: String, at line: Int) throws(LineFault) {
    if let draft, draft.name.utf8.elementsEqual(name.utf8) {
      guard draft.samples.isEmpty else { throw LineFault("metadata-late", "metadata of \(name) behind its samples") }
      return
    }
    finish()
    draft = FamilyDraft(name: name, line: line)
  }

  // MARK: Samples

  private mutating func take(_ sample: MetricSample) throws(LineFault) {
    if draft?.allows(sample.name) != true {
      finish()
      draft = FamilyDraft(name: sample.name, line: sample.line, type: .unknown)
    }
    try draft?.take(sample)
  }

  private mutating func finish() {
    guard let done = draft else { return }
    draft = nil
    let names = Set(done.effectiveType.suffixes(in: .openmetrics) + [""]).map { Array((done.name + $0).utf8) }
    if names.contains(where: { claimed.contains($0) }) {
      complain(
        done.line,
        LineFault("name-clash", "\(done.name) clashes with a family before it, or its lines do not stand together"))
    }
    claimed.formUnion(names)
    for (line, fault) in done.faultsAtEnd { complain(line, fault) }
    families.append(done.family)
  }
}
