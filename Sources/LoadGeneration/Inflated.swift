import CZlib

/// Content as it was before it was compressed.
enum Inflated {
  /// The most that content may grow to, in bytes.
  private static let limit = 20 << 20

  /// The content behind `gzip` or `deflate` (RFC 9110 section 8.4.1); nil where it is damaged or grows too large.
  static func content(_ bytes: [UInt8], coding: String?) -> [UInt8]? {
    let coding = coding?.lowercased() ?? ""
    guard coding.contains("gzip") || coding.contains("deflate") else { return bytes }
    // Some servers send deflate without the frame that the standard asks for.
    return inflated(bytes, windowBits: 15 + 32) ?? (coding.contains("deflate") ? inflated(bytes, windowBits: -15) : nil)
  }

  private static func inflated(_ bytes: [UInt8], windowBits: Int32) -> [UInt8]? {
    var stream = z_stream()
    guard prodworthy_inflateInit2(&stream, windowBits) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: 1 << 16)
    return input.withUnsafeMutableBufferPointer { source -> [UInt8]? in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      while true {
        let (status, count) = output.withUnsafeMutableBufferPointer { target -> (Int32, Int) in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, target.count - Int(stream.avail_out))
        }
        result += output[..<count]
        if status == Z_STREAM_END { return result }
        guard status == Z_OK, result.count <= limit, count > 0 || stream.avail_in > 0 else { return nil }
      }
    }
  }
}
