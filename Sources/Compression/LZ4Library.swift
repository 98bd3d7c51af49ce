import Glibc

/// The functions of liblz4 that read frames. The library is loaded when it is first wanted: whoever has PostgreSQL's client
/// programs or systemd has it, its frame interface has been stable since 1.7.5, and nobody needs its headers to build.
struct LZ4Library: Sendable {
  typealias Create = @Sendable @convention(c) (UnsafeMutablePointer<OpaquePointer?>, UInt32) -> Int
  typealias Free = @Sendable @convention(c) (OpaquePointer?) -> Int
  /// Context, output and its size, input and its size, options; the sizes come back as what was written and read.
  typealias Decompress =
    @Sendable @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>, UnsafeRawPointer?,
      UnsafeMutablePointer<Int>, UnsafeRawPointer?
    ) -> Int
  typealias IsError = @Sendable @convention(c) (Int) -> UInt32
  typealias ErrorName = @Sendable @convention(c) (Int) -> UnsafePointer<CChar>?

  /// `LZ4F_VERSION`: of the interface, not of the library.
  static let version: UInt32 = 100

  let create: Create
  let free: Free
  let decompress: Decompress
  let isError: IsError
  let errorName: ErrorName

  /// Nil where the system has no liblz4.
  static let shared = LZ4Library()

  private init?() {
    guard let library = dlopen("liblz4.so.1", RTLD_NOW | RTLD_LOCAL),
      let create = dlsym(library, "LZ4F_createDecompressionContext"),
      let free = dlsym(library, "LZ4F_freeDecompressionContext"),
      let decompress = dlsym(library, "LZ4F_decompress"), let isError = dlsym(library, "LZ4F_isError"),
      let errorName = dlsym(library, "LZ4F_getErrorName")
    else { return nil }
    self.create = unsafeBitCast(create, to: Create.self)
    self.free = unsafeBitCast(free, to: Free.self)
    self.decompress = unsafeBitCast(decompress, to: Decompress.self)
    self.isError = unsafeBitCast(isError, to: IsError.self)
    self.errorName = unsafeBitCast(errorName, to: ErrorName.self)
  }
}
