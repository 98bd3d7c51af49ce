/// Reads a JSON document from its bytes; without recursion, so that no document can exhaust a thread's stack.
struct JSONParser {
  /// What is wrong at a byte offset.
  struct Failure: Error {
    var offset: Int
    var message: String
  }

  private static let depthLimit = 512

  /// A list or an object that is not closed yet.
  private struct Container {
    var isObject: Bool
    var elements: [JSONValue] = []
    var members = JSONObject()
    /// The name of the member whose value comes next, and where it stands.
    var name = ""
    var nameStart = 0

    var value: JSONValue { isObject ? .object(members) : .array(elements) }
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var open: [Container] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  static func document(in bytes: Span<UInt8>) throws(Failure) -> JSONValue {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
      var parser = JSONParser(buffer)
      let value = try parser.value()
      parser.skipSpace()
      if parser.position < buffer.count { throw parser.failure("nothing may follow the document") }
      return value
    }
  }

  private func failure(_ message: String, at offset: Int? = nil) -> Failure {
    Failure(offset: offset ?? position, message: message)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let next, UInt32(next) == character.value else { return false }
    position += 1
    return true
  }

  // MARK: Values

  private mutating func value() throws(Failure) -> JSONValue {
    while true {
      guard var value = try scalarOrEmptyContainer() else { continue }
      while !open.isEmpty, try complete(with: value) { value = open.removeLast().value }
      if open.isEmpty { return value }
    }
  }

  /// Reads a value that has no value in it; nil if a list or object was opened, whose first value comes next.
  private mutating func scalarOrEmptyContainer() throws(Failure) -> JSONValue? {
    skipSpace()
    guard let next else { throw failure("the document ends where a value is expected") }
    switch Unicode.Scalar(next) {
    case "{":
      try descend()
      if take("}") { return .object([:]) }
      open.append(Container(isObject: true))
      try name()
      return nil
    case "[":
      try descend()
      if take("]") { return .array([]) }
      open.append(Container(isObject: false))
      return nil
    case "\"": return .string(try string())
    case "-", "0"..."9": return try number()
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    default: throw failure("a value is expected here")
    }
  }

  private mutating func descend() throws(Failure) {
    guard open.count < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit) levels") }
    position += 1
    skipSpace()
  }

  /// Puts a value into the innermost list or object and tells whether that ends there.
  private mutating func complete(with value: JSONValue) throws(Failure) -> Bool {
    let innermost = open.count - 1
    skipSpace()
    if open[innermost].isObject {
      guard open[innermost].members.insert(value, as: open[innermost].name) else {
        throw failure("this name stands twice in one object", at: open[innermost].nameStart)
      }
      if take("}") { return true }
      guard take(",") else { throw failure("`,` or `}` is expected here") }
      skipSpace()
      try name()
    } else {
      open[innermost].elements.append(value)
      if take("]") { return true }
      guard take(",") else { throw failure("`,` or `]` is expected here") }
    }
    return false
  }

  /// Reads the name of the next member of the innermost object, and its colon.
  private mutating func name() throws(Failure) {
    let innermost = open.count - 1
    open[innermost].nameStart = position
    guard next == UInt8(ascii: "\"") else { throw failure("a member name is expected here") }
    open[innermost].name = try string()
    skipSpace()
    guard take(":") else { throw failure("`:` is expected here") }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: expected) else { throw failure("a value is expected here") }
    position += expected.count
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(Failure) -> JSONValue {
    let start = position
    let isNegative = take("-")
    let firstDigit = position
    // Counted downwards, because the most negative integer has no positive counterpart.
    var whole: Int? = 0
    while let digit = digit() {
      if position == firstDigit + 1, bytes[firstDigit] == UInt8(ascii: "0") {
        throw failure("a number has no leading zero", at: firstDigit)
      }
      position += 1
      whole = whole.flatMap { $0.times10Minus(digit) }
    }
    if position == firstDigit { throw failure("a digit is expected here") }
    var isWhole = true
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    if isWhole, let whole, isNegative || whole != Int.min { return .integer(isNegative ? whole : -whole) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw failure("a number beyond the range of a double", at: start)
    }
    return .double(number)
  }

  private func digit() -> Int? {
    guard let next, next &- 0x30 < 10 else { return nil }
    return Int(next &- 0x30)
  }

  private mutating func digits() throws(Failure) {
    guard digit() != nil else { throw failure("a digit is expected here") }
    while digit() != nil { position += 1 }
  }

  // MARK: Strings

  private mutating func string() throws(Failure) -> String {
    position += 1
    let start = position
    while let next {
      switch next {
      case UInt8(ascii: "\""):
        let text = try text(bytes[start..<position], at: start)
        position += 1
        return text
      case UInt8(ascii: "\\"): return try stringWithEscapes(from: start)
      case ..<0x20: throw failure("a control character must be escaped")
      default: position += 1
      }
    }
    throw failure("the string is not closed", at: start - 1)
  }

  private mutating func stringWithEscapes(from start: Int) throws(Failure) -> String {
    var decoded = Array(bytes[start..<position])
    while let next {
      switch next {
      case UInt8(ascii: "\""):
        position += 1
        return try decoded.withUnsafeBufferPointer { (buffer) throws(Failure) in try text(buffer[...], at: start) }
      case UInt8(ascii: "\\"): decoded.append(contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      case ..<0x20: throw failure("a control character must be escaped")
      default:
        decoded.append(next)
        position += 1
      }
    }
    throw failure("the string is not closed", at: start - 1)
  }

  private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws(Failure) -> String {
    guard let text = String(validating: UnsafeBufferPointer(rebasing: slice), as: UTF8.self) else {
      throw failure("the string is not valid UTF-8", at: start - 1)
    }
    return text
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let next else { throw failure("the string is not closed") }
    position += 1
    switch Unicode.Scalar(next) {
    case "\"": return "\""
    case "\\": return "\\"
    case "/": return "/"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try escapedScalar(from: start)
    default: throw failure("no such escape", at: start)
    }
  }

  private mutating func escapedScalar(from start: Int) throws(Failure) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first), take("\\"), take("u") else { throw failure("a lone surrogate", at: start) }
    let second = try codeUnit()
    guard let scalar = Unicode.Scalar(leading: first, trailing: second) else {
      throw failure("a lone surrogate", at: start)
    }
    return scalar
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let next, let digit = Unicode.Scalar(next).hexadecimalValue else {
        throw failure("four hexadecimal digits are expected here")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}

extension Unicode.Scalar {
  /// The scalar that two UTF-16 code units encode; nil if they are no surrogate pair.
  init?(leading: UInt16, trailing: UInt16) {
    guard UTF16.isLeadSurrogate(leading), UTF16.isTrailSurrogate(trailing) else { return nil }
    self.init(0x10000 + (UInt32(leading) - 0xD800) << 10 + (UInt32(trailing) - 0xDC00))
  }

  /// The value of a hexadecimal digit in either case.
  var hexadecimalValue: UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "a"..."f": value - 0x61 + 10
    case "A"..."F": value - 0x41 + 10
    default: nil
    }
  }
}

extension Int {
  fileprivate func times10Minus(_ digit: Int) -> Int? {
    let (tenfold, overflows) = multipliedReportingOverflow(by: 10)
    if overflows { return nil }
    let (result, overflowsToo) = tenfold.subtractingReportingOverflow(digit)
    return overflowsToo ? nil : result
  }
}
