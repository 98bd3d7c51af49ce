import Glibc
import SystemPackage

/// The descriptors behind a child's standard streams.
///
/// Input is a file without a name and not a pipe: a child that ends without reading then costs us neither SIGPIPE nor
/// a writer.
struct StandardStreams: Sendable {
  typealias Pipe = (readEnd: FileDescriptor, writeEnd: FileDescriptor)

  /// What the child reads.
  let input: FileDescriptor
  /// What it writes to its standard output; reading never blocks.
  let output: Pipe
  /// What it writes to its standard error; reading never blocks.
  let errors: Pipe

  /// Opens them all, or none.
  init(input bytes: [UInt8]) throws(Errno) {
    var opened: [FileDescriptor] = []
    do throws(Errno) {
      input = try Self.namelessFile()
      opened.append(input)
      try Self.fill(input, with: bytes)
      output = try Self.pipe()
      opened += [output.readEnd, output.writeEnd]
      errors = try Self.pipe()
    } catch {
      for descriptor in opened { try? descriptor.close() }
      throw error
    }
  }

  /// Closes all of them. The write ends stay open until then on purpose: a child that closes its outputs early would
  /// otherwise leave pipes on which every `poll` returns at once.
  func close() {
    for descriptor in [input, output.readEnd, output.writeEnd, errors.readEnd, errors.writeEnd] {
      try? descriptor.close()
    }
  }

  private static func namelessFile() throws(Errno) -> FileDescriptor {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/prodworthy-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw Errno(rawValue: errno) }
    unlink(name)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return FileDescriptor(rawValue: file)
  }

  private static func fill(_ file: FileDescriptor, with bytes: [UInt8]) throws(Errno) {
    do {
      try file.writeAll(bytes)
      try file.seek(offset: 0, from: .start)
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  private static func pipe() throws(Errno) -> Pipe {
    let pipe = try FileDescriptor.pipe(options: .closeOnExec)
    _ = fcntl(pipe.readEnd.rawValue, F_SETFL, O_NONBLOCK)
    return pipe
  }
}
