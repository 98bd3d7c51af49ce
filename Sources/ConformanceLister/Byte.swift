/// The bytes that Swift's lexical structure turns on. Numbers and tables, since the program that asks is not optimised and
/// every build waits for it.
enum Byte {
  static var tab: UInt8 { 9 }
  static var newline: UInt8 { 10 }
  static var carriageReturn: UInt8 { 13 }
  static var space: UInt8 { 32 }
  static var exclamation: UInt8 { 33 }
  static var quote: UInt8 { 34 }
  static var hash: UInt8 { 35 }
  static var opening: UInt8 { 40 }
  static var closing: UInt8 { 41 }
  static var star: UInt8 { 42 }
  static var minus: UInt8 { 45 }
  static var dot: UInt8 { 46 }
  static var slash: UInt8 { 47 }
  static var greater: UInt8 { 62 }
  static var backslash: UInt8 { 92 }
  static var backtick: UInt8 { 96 }

  /// Letters, digits, `_`, `$`, and whatever is not ASCII.
  static let isName = table { byte in
    byte >= 0x80 || "_$".utf8.contains(byte)
      || Unicode.Scalar(byte).properties.isAlphabetic || isDigit(byte)
  }

  /// What operators are made of, beside what types have too.
  static let isOperator = table { "/=-+*%|^~".utf8.contains($0) }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func table(_ holds: (UInt8) -> Bool) -> [Bool] { (UInt8.min...UInt8.max).map(holds) }
}
