import Glibc

/// The process's environment.
enum Environment {
  /// The number in a variable; nil if it holds none.
  static func integer(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }
}
