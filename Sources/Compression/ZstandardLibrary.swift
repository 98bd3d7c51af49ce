import Glibc

/// The functions of libzstd that read frames (RFC 8878). The library is loaded when it is first wanted: every Debian, Fedora
/// and Alpine has it, its interface has been stable since 1.0, and nobody needs its headers to build.
struct ZstandardLibrary: Sendable {
  /// The layout of `ZSTD_inBuffer` and `ZSTD_outBuffer`: where, how long, how far.
  struct Buffer {
    var start: UnsafeMutableRawPointer?
    var count: Int
    var position = 0
  }

  typealias Create = @Sendable @convention(c) () -> OpaquePointer?
  typealias Free = @Sendable @convention(c) (OpaquePointer?) -> Int
  typealias Decompress =
    @Sendable @convention(c) (OpaquePointer?, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
  typealias IsError = @Sendable @convention(c) (Int) -> UInt32
  typealias ErrorName = @Sendable @convention(c) (Int) -> UnsafePointer<CChar>?
  /// The error's number in `zstd_errors.h`, which is stable.
  typealias ErrorCode = @Sendable @convention(c) (Int) -> UInt32

  /// `ZSTD_error_frameParameter_windowTooLarge`.
  static let windowTooLarge: UInt32 = 16
  /// `ZSTD_error_memory_allocation`.
  static let noMemory: UInt32 = 64

  let create: Create
  let free: Free
  let decompress: Decompress
  let isError: IsError
  let errorName: ErrorName
  let errorCode: ErrorCode

  /// Nil where the system has no libzstd.
  static let shared = ZstandardLibrary()

  private init?() {
    guard let library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL),
      let create = dlsym(library, "ZSTD_createDStream"), let free = dlsym(library, "ZSTD_freeDStream"),
      let decompress = dlsym(library, "ZSTD_decompressStream"), let isError = dlsym(library, "ZSTD_isError"),
      let errorName = dlsym(library, "ZSTD_getErrorName"), let errorCode = dlsym(library, "ZSTD_getErrorCode")
    else { return nil }
    self.create = unsafeBitCast(create, to: Create.self)
    self.free = unsafeBitCast(free, to: Free.self)
    self.decompress = unsafeBitCast(decompress, to: Decompress.self)
    self.isError = unsafeBitCast(isError, to: IsError.self)
    self.errorName = unsafeBitCast(errorName, to: ErrorName.self)
    self.errorCode = unsafeBitCast(errorCode, to: ErrorCode.self)
  }
}
