import ArgumentParser
import Facts

/// Lists the defects that `up` can build in.
struct Defects: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the defects that can be switched on.")

  @Flag(help: "As a JSON array with the checks each defect turns red.")
  var json = false

  func run() {
    print(json ? Self.document : Self.table, terminator: "")
  }

  private static var table: String {
    let width = Defect.all.map(\.id.count).max() ?? 0
    return Defect.all.map { defect in
      "\(defect.id)\(String(repeating: " ", count: width - defect.id.count))  \(defect.summary)\n"
    }.joined()
  }

  private static var document: String {
    JSONText.canonical(
      .array(
        Defect.all.map { defect in
          [
            "id": .string(defect.id),
            "summary": .string(defect.summary),
            "parts": .array(([defect.part] + defect.also).map { .string($0.name) }),
            "realm": .string(defect.part.realm.name), "blinding": .bool(defect.isBlinding),
            "awaited": .bool(Defect.awaited.contains(defect.id)),
            "expected": .array(
              defect.expected.map {
                [
                  "check": .string($0.check), "target": .string($0.target), "status": .string($0.status),
                ]
              }),
          ]
        }))
  }
}
