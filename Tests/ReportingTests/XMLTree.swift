import CLibXML2
import FoundationEssentials

/// An XML document read back, so that tests see what readers see.
struct XMLTree {
  var name: String
  var attributes: [String: String] = [:]
  var text = ""
  var children: [XMLTree] = []

  subscript(attribute: String) -> String? { attributes[attribute] }

  func children(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

  /// All elements called `name` below this one, itself included.
  func all(_ name: String) -> [XMLTree] { (self.name == name ? [self] : []) + children.flatMap { $0.all(name) } }

  struct Malformed: Error {}

  init(name: String) { self.name = name }

  init(_ bytes: [UInt8]) throws {
    prodworthy_xmlInit()
    let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue | XML_PARSE_NOERROR.rawValue)
    let document = bytes.withUnsafeBytes {
      xmlReadMemory($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count), nil, nil, options)
    }
    guard let document, let root = xmlDocGetRootElement(document) else { throw Malformed() }
    defer { xmlFreeDoc(document) }
    self = XMLTree(root)
  }

  /// HTML, read as leniently as readers do.
  init(html bytes: [UInt8]) throws {
    prodworthy_xmlInit()
    let options = Int32(
      HTML_PARSE_NONET.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue | XML_PARSE_HUGE.rawValue)
    let document = bytes.withUnsafeBytes {
      htmlReadMemory($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count), nil, "UTF-8", options)
    }
    guard let document, let root = xmlDocGetRootElement(document) else { throw Malformed() }
    defer { xmlFreeDoc(document) }
    self = XMLTree(root)
  }

  /// This element and all below it, in document order.
  func visit(_ body: (XMLTree) -> Void) {
    body(self)
    for child in children { child.visit(body) }
  }

  /// The text of this element and all below it, in document order.
  private(set) var words = ""

  private init(_ node: xmlNodePtr) {
    name = String(cString: node.pointee.name)
    var attribute = node.pointee.properties
    while let current = attribute {
      let key = String(cString: current.pointee.name)
      attributes[key] = current.pointee.children?.pointee.content.map { String(cString: $0) } ?? ""
      attribute = current.pointee.next
    }
    var child = node.pointee.children
    while let current = child {
      switch current.pointee.type {
      case XML_ELEMENT_NODE:
        let child = XMLTree(current)
        children.append(child)
        words += child.words
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
        if let content = current.pointee.content {
          text += String(cString: content)
          words += String(cString: content)
        }
      default: break
      }
      child = current.pointee.next
    }
  }

  /// What the schema in the file at `path` has against the document; empty if it is valid.
  static func complaints(about bytes: [UInt8], schema path: String) throws -> [String] {
    prodworthy_xmlInit()
    guard let parser = xmlSchemaNewParserCtxt(path), let schema = xmlSchemaParse(parser) else { throw Malformed() }
    defer {
      xmlSchemaFree(schema)
      xmlSchemaFreeParserCtxt(parser)
    }
    let document = bytes.withUnsafeBytes {
      xmlReadMemory(
        $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count), nil, nil,
        Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue))
    }
    guard let document, let validator = xmlSchemaNewValidCtxt(schema) else { throw Malformed() }
    defer {
      xmlSchemaFreeValidCtxt(validator)
      xmlFreeDoc(document)
    }
    final class Complaints { var texts: [String] = [] }
    let complaints = Complaints()
    xmlSchemaSetValidStructuredErrors(
      validator,
      { context, error in
        guard let context, let message = error?.pointee.message else { return }
        Unmanaged<Complaints>.fromOpaque(context).takeUnretainedValue().texts.append(String(cString: message))
      }, Unmanaged.passUnretained(complaints).toOpaque())
    let result = xmlSchemaValidateDoc(validator, document)
    return withExtendedLifetime(complaints) { result == 0 ? [] : complaints.texts + ["result \(result)"] }
  }
}

/// Files of the repository that tests read or record.
enum Repository {
  static let root = String(#filePath.dropLast("/Tests/ReportingTests/XMLTree.swift".count))

  static func schema(_ name: String) -> String { "\(root)/Tests/ReportingTests/Schemas/\(name).xsd" }

  static let richSchema = "\(root)/reports/schema/junit-rich.xsd"

  static func bytes(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(filePath: "\(root)/\(path)"))).map { Array($0) }
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = "\(root)/\(path)"
    let folder = String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
  }
}
