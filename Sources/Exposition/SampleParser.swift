/// Reads one line with a sample, in either format.
struct SampleParser {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let format: ExpositionFormat
  private let line: Int
  /// What is wrong with the line and does not keep everybody from reading it.
  private(set) var advice: [LineFault] = []

  /// A parser for one line without its end, which stands at `line`.
  init(_ bytes: ArraySlice<UInt8>, line: Int, format: ExpositionFormat) {
    self.bytes = bytes
    self.line = line
    self.format = format
    position = bytes.startIndex
  }

  /// The sample of the line.
  mutating func sample() throws(LineFault) -> MetricSample {
    skipBlanks()
    var name: String?
    if next != UInt8(ascii: "{") { name = try metricName() }
    skipBlanks()
    var labels: [Label] = []
    if next == UInt8(ascii: "{") {
      let (inBraces, list) = try labelSet(mayHoldName: name == nil)
      labels = list
      name = name ?? inBraces
    } else if position == bytes.endIndex {
      throw LineFault("value-missing", "the sample has no value")
    } else if format == .openmetrics, next != UInt8(ascii: " ") {
      throw LineFault("name-malformed", "a metric's name holds letters, digits, _ and : alone")
    }
    guard let name else { throw LineFault("name-missing", "the sample has no name") }
    try separator(before: "the value")
    let value = try number("value-malformed", "value")
    var sample = MetricSample(line: line, name: name, labels: labels, value: value)
    if format == .prometheus {
      skipBlanks()
      if position < bytes.endIndex { sample.timestamp = try milliseconds() }
      skipBlanks()
      if position < bytes.endIndex { throw LineFault("text-after-sample", "something follows the timestamp") }
      if let last = bytes.last, " \t".utf8.contains(last) {
        advice.append(LineFault("blank-at-end", "the line ends with a blank, at which some parsers stop"))
      }
      return sample
    }
    if position < bytes.endIndex {
      try separator(before: "what follows the value")
      if next != UInt8(ascii: "#") {
        sample.timestamp = try seconds()
        if position < bytes.endIndex { try separator(before: "the exemplar") }
      }
    }
    if bytes.last == UInt8(ascii: " "), position == bytes.endIndex {
      throw LineFault("blank-at-end", "the line ends with a blank")
    }
    if position < bytes.endIndex { sample.exemplar = try exemplar() }
    return sample
  }

  // MARK: Parts

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipBlanks() {
    guard format == .prometheus else { return }
    while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
  }

  private mutating func separator(before what: String) throws(LineFault) {
    if format == .prometheus {
      skipBlanks()
      // A closing brace may stand close to what follows.
      guard let last = bytes[..<position].last, " \t}".utf8.contains(last) else {
        throw LineFault("blank-missing", "a blank is missing before \(what)")
      }
      return
    }
    guard next == UInt8(ascii: " ") else {
      throw LineFault("blank-missing", "exactly one blank is wanted before \(what)")
    }
    position += 1
  }

  private mutating func metricName() throws(LineFault) -> String {
    let start = position
    while let byte = next, MetricName.isNameByte(byte, isFirst: position == start, colons: true) { position += 1 }
    guard position > start else {
      throw LineFault("name-malformed", "a metric's name begins with a letter, _ or :")
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The labels between braces, and the metric's name if it stands there in quotes.
  private mutating func labelSet(mayHoldName: Bool) throws(LineFault) -> (name: String?, labels: [Label]) {
    position += 1
    var name: String?
    var labels: [Label] = []
    var names: Set<[UInt8]> = []
    skipBlanks()
    while next != UInt8(ascii: "}") {
      let isQuoted = next == UInt8(ascii: "\"")
      let label = isQuoted ? try quoted() : try labelName()
      skipBlanks()
      if isQuoted, next != UInt8(ascii: "=") {
        guard mayHoldName, name == nil, labels.isEmpty, !label.isEmpty else {
          throw LineFault("label-malformed", "a label has no value")
        }
        name = label
      } else {
        guard next == UInt8(ascii: "=") else { throw LineFault("label-malformed", "a label's name ends without =") }
        position += 1
        skipBlanks()
        guard next == UInt8(ascii: "\"") else {
          throw LineFault("label-malformed", "the value of the label \(label) stands in no double quotes")
        }
        let value = try quoted()
        guard names.insert(Array(label.utf8)).inserted else {
          throw LineFault("label-duplicate", "the label \(label) stands twice")
        }
        if label.hasPrefix("__") {
          let fault = LineFault("label-reserved", "label names that begin with __, such as \(label), are reserved")
          guard format == .prometheus, label != "__name__" else { throw fault }
          advice.append(fault)
        }
        labels.append(Label(name: label, value: value))
      }
      skipBlanks()
      if next == UInt8(ascii: ",") {
        position += 1
        skipBlanks()
        if next == UInt8(ascii: "}"), format == .openmetrics {
          throw LineFault("label-malformed", "a comma before the closing brace")
        }
      } else if next != UInt8(ascii: "}") {
        throw LineFault("label-malformed", "neither a comma nor a closing brace follows a label")
      }
    }
    position += 1
    return (name, labels)
  }

  private mutating func labelName() throws(LineFault) -> String {
    let start = position
    while let byte = next, MetricName.isNameByte(byte, isFirst: position == start, colons: false) { position += 1 }
    guard position > start else {
      throw LineFault(
        "label-malformed",
        position == bytes.endIndex ? "the labels do not end" : "a label's name begins with a letter or _")
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A text in double quotes, unescaped.
  private mutating func quoted() throws(LineFault) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = next else { throw LineFault("quote-open", "a quoted text does not end") }
        position += 1
        switch escaped {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(escaped)
        default:
          if format == .prometheus {
            advice.append(
              LineFault(
                "escape-unknown", "a backslash before something other than \\, \" or n, at which some parsers stop"))
          }
          text += [byte, escaped]
        }
      default: text.append(byte)
      }
    }
    throw LineFault("quote-open", "a quoted text does not end")
  }

  private mutating func token() -> ArraySlice<UInt8> {
    let start = position
    while let byte = next, byte != UInt8(ascii: " "), format == .openmetrics || byte != UInt8(ascii: "\t") {
      position += 1
    }
    return bytes[start..<position]
  }

  private mutating func number(_ rule: String, _ what: String) throws(LineFault) -> Double {
    let text = token()
    guard !text.isEmpty else { throw LineFault("value-missing", "no \(what) where one is wanted") }
    guard let value = MetricNumber.value(text) else {
      throw LineFault(rule, "the \(what) \(Self.shown(text)) is no number")
    }
    return value
  }

  private mutating func seconds() throws(LineFault) -> MetricTime {
    let text = token()
    guard !text.isEmpty else { throw LineFault("blank-at-end", "a blank where a timestamp is wanted") }
    guard let time = MetricTime(text) else {
      throw LineFault("timestamp-malformed", "the timestamp \(Self.shown(text)) is no finite number of seconds")
    }
    return time
  }

  private mutating func milliseconds() throws(LineFault) -> MetricTime {
    let text = token()
    let digits = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    guard (1...19).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      Int(String(decoding: text, as: UTF8.self)) != nil, let time = MetricTime(text)
    else {
      throw LineFault("timestamp-malformed", "the timestamp \(Self.shown(text)) is no whole number of milliseconds")
    }
    return time
  }

  /// `# {trace_id="a"} 0.5 123`, to the end of the line.
  private mutating func exemplar() throws(LineFault) -> Exemplar {
    guard next == UInt8(ascii: "#") else {
      throw LineFault("exemplar-malformed", "an exemplar begins with # and a blank")
    }
    position += 1
    do throws(LineFault) {
      try separator(before: "an exemplar's labels")
      guard next == UInt8(ascii: "{") else { throw LineFault("exemplar-malformed", "an exemplar has labels in braces") }
      let labels = try labelSet(mayHoldName: false).labels
      try separator(before: "an exemplar's value")
      let value = try number("exemplar-malformed", "exemplar's value")
      if position < bytes.endIndex {
        try separator(before: "an exemplar's timestamp")
        _ = try seconds()
        guard position == bytes.endIndex else {
          throw LineFault("exemplar-malformed", "something follows the exemplar's timestamp")
        }
      }
      let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
      guard length <= 128 else {
        throw LineFault("exemplar-long", "the exemplar's labels take \(length) characters, at most 128 are allowed")
      }
      return Exemplar(labels: labels, value: value)
    } catch {
      throw error.rule == "exemplar-long" ? error : LineFault("exemplar-malformed", "exemplar: \(error.message)")
    }
  }

  private static func shown(_ text: ArraySlice<UInt8>) -> String {
    String(decoding: text.prefix(40), as: UTF8.self).debugDescription
  }
}

/// Names of metrics and labels.
enum MetricName {
  /// Whether `byte` may stand in a name that is not quoted.
  static func isNameByte(_ byte: UInt8, isFirst: Bool, colons: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
    case UInt8(ascii: ":"): colons
    default: false
    }
  }

  /// The name in `text`, as it is or in quotes, and what follows it and one blank; nil if no name stands there.
  static func leading(_ text: ArraySlice<UInt8>) -> (name: String, rest: ArraySlice<UInt8>?)? {
    var end = text.startIndex
    if text.first == UInt8(ascii: "\"") {
      var name: [UInt8] = []
      end += 1
      while end < text.endIndex, text[end] != UInt8(ascii: "\"") {
        if text[end] == UInt8(ascii: "\\"), end + 1 < text.endIndex { end += 1 }
        name.append(text[end])
        end += 1
      }
      guard end < text.endIndex, !name.isEmpty else { return nil }
      end += 1
      return rest(of: text, from: end).map { (String(decoding: name, as: UTF8.self), $0) }
    }
    while end < text.endIndex, isNameByte(text[end], isFirst: end == text.startIndex, colons: true) { end += 1 }
    guard end > text.startIndex else { return nil }
    return rest(of: text, from: end).map { (String(decoding: text[..<end], as: UTF8.self), $0) }
  }

  private static func rest(of text: ArraySlice<UInt8>, from end: Int) -> ArraySlice<UInt8>?? {
    if end == text.endIndex { return .some(nil) }
    guard text[end] == UInt8(ascii: " ") || text[end] == UInt8(ascii: "\t") else { return nil }
    return text[(end + 1)...]
  }
}
